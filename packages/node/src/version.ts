export const PACKAGE_NAME = '@mayday/node'
export const SDK_NAME = 'mayday.node'
/** That of package.json, as a test makes sure. */
export const SDK_VERSION = '0.1.0'
