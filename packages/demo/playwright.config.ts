import { defineConfig } from '@playwright/test';

/** Started by `npm test`, which says on which kind of under clusters and where Chromium is. */
export default defineConfig({
  testDir: './e2e-tests',
  outputDir: process.env.TEST_RESULTS ?? '../../.test-results/browser',
  // one portal for all tests, and tests that change its under clusters
  workers: 1,
  fullyParallel: false,
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
