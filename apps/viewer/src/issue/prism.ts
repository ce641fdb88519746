import Prism from 'prismjs/components/prism-core'

// The language files look for a global of this name. `manual` keeps Prism from looking for code in
// the page by itself.
Prism.manual = true
;(globalThis as { Prism?: typeof Prism }).Prism = Prism

export { Prism }
