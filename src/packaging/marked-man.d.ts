// marked-man brings no types.
declare module 'marked-man' {
  import type { MarkedExtension } from 'marked';

  const extension: MarkedExtension;
  export default extension;
}
