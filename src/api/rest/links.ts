export interface Link {
  href: string
  rel: string
}

/** The two links of a resource, e.g. of `nodes/<uuid>`: `root` is the API's URL without `/v1` and without a slash at its end. */
export function resourceLinks(root: string, path: string): Link[] {
  return [
    { href: `${root}/v1/${path}`, rel: 'self' },
    { href: `${root}/${path}`, rel: 'bookmark' },
  ]
}
