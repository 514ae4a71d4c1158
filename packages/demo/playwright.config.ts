import { defineConfig } from '@playwright/test';
import { readdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';

/** Started by `npm test`, which says on which kind of under clusters and where Chromium is. */
export default defineConfig({
  testDir: './e2e-tests',
  outputDir: process.env.TEST_RESULTS ?? '../../.test-results/browser',
  // one portal for the tests of a file, which change its under clusters: a file is a project, and a project has a worker of its own
  workers: 1,
  fullyParallel: false,
  projects: readdirSync(resolve(__dirname, 'e2e-tests'))
    .filter(file => file.endsWith('.test.ts'))
    .map(file => ({ name: basename(file, '.test.ts'), testMatch: file })),
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list'], ['json']],
  use: {
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    actionTimeout: 20_000,
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
