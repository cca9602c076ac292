import { grubPath } from './grub-loader.ts'
import { ownTemplate } from './own-template.ts'
import { apiUris, type RootScriptOptions, rootPauses } from './root-script.ts'
import { Template } from './template.ts'

/**
 * The first configuration that GRUB reads on every machine; it asks the API for the machine's own. Throws `TemplateFailed` for an API
 * that GRUB can't ask.
 */
export function renderRootGrub(
  options: Pick<RootScriptOptions, 'apiRootUrl' | 'otherApiRootUrls' | 'failoverSeconds'>,
): string {
  const pauses = rootPauses(options.failoverSeconds)
  return new Template(ownTemplate('root.grub')).render({
    api_paths: apiUris(options).map((uri) => grubPath(uri, "the API's URL")),
    pauses,
    retry_seconds: pauses.reduce((sum, pause) => sum + pause, 0),
  })
}
