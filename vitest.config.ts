import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/**/*.test.{ts,tsx}', 'integrations/**/*.test.ts'],
    globalSetup: ['test/services.ts'],
    // Processes, not threads: better-sqlite3 and onnxruntime are native, and crash tests end what they run in.
    pool: 'forks',
    testTimeout: 10_000,
    hookTimeout: 30_000,
    // What one test changes of the environment or of others' functions is gone before the next.
    unstubEnvs: true,
    restoreMocks: true,
  },
})
