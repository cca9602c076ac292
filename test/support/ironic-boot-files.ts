/*
 * Boot files shaped like those of Ironic's own templates: the same beginning, the same kinds of lines, the same end.
 */

export function ipxeFile(label = 'deploy'): string {
  return `#!ipxe

set attempts:int32 10
set i:int32 0

goto deploy

:deploy
imgfree
kernel http://192.0.2.11:8080/${label}/deploy_kernel selinux=0 text nofb BOOTIF=\${mac} initrd=deploy_ramdisk || goto retry

initrd http://192.0.2.11:8080/${label}/deploy_ramdisk || goto retry
boot

:retry
iseq \${i} \${attempts} && goto fail ||
inc i
goto deploy

:fail
poweroff

:boot_iscsi
imgfree
sanhook --drive 0x80 iscsi:192.0.2.5::::iqn || goto fail_iscsi_retry
sanboot --no-describe || goto fail_iscsi_retry

:boot_whole_disk
sanboot --no-describe || exit 0`
}

export function grubFile(label = 'deploy'): string {
  return `set default=deploy
set timeout=5
set hidden_timeout_quiet=false

menuentry "deploy"  {
    linux ${label}/deploy_kernel selinux=0 troubleshoot=0 text nofb boot_server=192.0.2.11
    initrd ${label}/deploy_ramdisk
}

menuentry "boot_ramdisk"  {
    linux no_kernel root=/dev/ram0 text nofb 
    initrd no_ramdisk
}

menuentry "boot_whole_disk"  {
    linux chain.c32 mbr:(( DISK_IDENTIFIER ))
}

menuentry "boot_anaconda" {
     linux no_kernel text nofb inst.ks= inst.stage2=
     initrd no_ramdisk
}`
}

export function pxelinuxFile(label = 'deploy'): string {
  return `default deploy

label deploy
kernel ${label}/deploy_kernel
append initrd=${label}/deploy_ramdisk selinux=0 troubleshoot=0 text nofb
ipappend 2

label boot_whole_disk
COM32 chain.c32
append mbr:{{ DISK_IDENTIFIER }}

label boot_ramdisk
kernel no_kernel
append initrd=no_ramdisk root=/dev/ram0 text nofb 

label boot_anaconda
kernel no_kernel
append initrd=no_ramdisk text nofb inst.ks= inst.stage2=
ipappend 2`
}
