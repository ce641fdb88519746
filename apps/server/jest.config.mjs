import { preset } from '../../tools/jest.preset.mjs'

export default preset('server', {
  globalSetup: '<rootDir>/test/global-setup.mjs',
  globalTeardown: '<rootDir>/test/global-teardown.mjs',
})
