import { preset } from '../tools/jest.preset.mjs'

export default preset('tests', { globalSetup: '<rootDir>/../tools/build-sdk.mjs' })
