import { preset } from '../../tools/jest.preset.mjs'

export default preset('node', { globalSetup: '<rootDir>/../../tools/build-sdk.mjs' })
