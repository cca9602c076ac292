import { optionalPath, optionalUrl } from '../option.ts'

export const deploySection = {
  http_url: optionalUrl(
    "URL of this conductor's HTTP server, as machines reach it. Default: http://<my_ip>:8080. bootring serves http_root on this URL's port.",
    { standaloneOnly: true },
  ),
  http_root: optionalPath(
    "Root folder of this conductor's HTTP server. Default: <state_path>/httpboot; attached: /httpboot.",
  ),
}
