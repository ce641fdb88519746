import { preset } from '../../tools/jest.preset.mjs'

export default preset('demo', { globalSetup: '<rootDir>/../../tools/build-demo.mjs' })
