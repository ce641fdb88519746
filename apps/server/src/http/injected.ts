/** What is injected by name, since it has no class: the settings and the log. */
export const CONFIG = Symbol('config')
export const LOG = Symbol('log')
