// Prism's core without the languages that its main file carries.
declare module 'prismjs/components/prism-core' {
  import * as Prism from 'prismjs'

  // biome-ignore lint/style/noDefaultExport: a CommonJS module has no other export
  export default Prism
}
