import { join } from 'node:path'

/** One Jest project per workspace; tests lie beside the code they describe. */
export const preset = (displayName, extra = {}) => ({
  displayName,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.[cm]?[jt]s$': join(import.meta.dirname, 'jest-transform.cjs') },
  transformIgnorePatterns: [],
  testEnvironmentOptions: { customExportConditions: ['@mayday/source', 'node', 'node-addons'] },
  testMatch: ['<rootDir>/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
  ...extra,
})
