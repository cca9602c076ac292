/**
 * What `$name` stands for in the configuration of a running Ironic where the option is not set: Ironic's own defaults, of options that
 * other values like to refer to and whose default here is another or none. `$pybasedir`, the folder of Ironic's Python package, has none
 * that is known outside of Ironic.
 */
export const ironicDefaults: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  DEFAULT: {
    auth_strategy: 'keystone',
    bindir: '$pybasedir/bin',
    http_basic_auth_user_file: '/etc/ironic/htpasswd',
    my_ipv6: '',
    state_path: '$pybasedir',
    tempdir: '/tmp',
  },
  api: { host_ip: '0.0.0.0' },
  deploy: { external_http_url: '', http_root: '/httpboot', http_url: '' },
  pxe: {
    images_path: '/var/lib/ironic/images/',
    instance_master_path: '/var/lib/ironic/master_images',
    tftp_master_path: '/tftpboot/master_images',
    tftp_server: '$my_ip',
  },
}
