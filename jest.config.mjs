export default {
  projects: ['<rootDir>/packages/*', '<rootDir>/apps/*', '<rootDir>/tests'],
  maxWorkers: 2,
  // Real processes and browsers on a busy machine: this bounds a test that hangs, it measures nothing.
  testTimeout: 120_000,
}
