import type { Browser, Page, TestInfo } from '@playwright/test';
import { expect, signIn, type Portal } from './portal';

/** The themes that people choose between. */
export const THEMES = ['light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** Signs in as the platform engineer, in a theme. */
export async function signInAsPetra(
  browser: Browser,
  portal: Portal,
  theme: Theme,
): Promise<Page> {
  return signIn(browser, portal, 'petra', { colorScheme: theme });
}

/** Opens the form of a change, for an under cluster. */
export async function openForm(
  page: Page,
  portal: Portal,
  template: string,
  underCluster: string,
) {
  await page.goto(`${portal.portalUrl}/create/templates/default/${template}`);
  await page.getByLabel(/^Under cluster/).selectOption(underCluster);
}

/** Chooses from a list of the form. */
export async function choose(page: Page, label: RegExp, option: RegExp) {
  await page.getByLabel(label).click();
  await page.getByRole('option', { name: option }).click();
}

export async function next(page: Page) {
  await page.getByRole('button', { name: 'Next' }).click();
}

/** Sends what the form says; the addresses of the pull requests, by what the task's page calls them. */
export async function propose(page: Page, links: string[]): Promise<string[]> {
  const review = page.getByRole('button', { name: 'Review', exact: true });
  await expect(review).toBeEnabled();
  await review.click();
  await page.getByRole('button', { name: 'Propose', exact: true }).click();
  const addresses: string[] = [];
  for (const name of links) {
    // Backstage adds that it opens in a new window.
    const link = page.getByRole('link', {
      name: new RegExp(`^${name} ?(,|$)`),
    });
    await expect(link).toBeVisible({ timeout: 60_000 });
    addresses.push((await link.getAttribute('href'))!);
  }
  return addresses;
}

/** Keeps pictures of the page with the test's results, wide and narrow. */
export async function keepPictures(
  page: Page,
  testInfo: TestInfo,
  name: string,
) {
  const { width, height } = page.viewportSize()!;
  for (const each of [width, 800]) {
    await page.setViewportSize({ width: each, height });
    await page.screenshot({
      path: testInfo.outputPath(`${name}-${each}.png`),
      fullPage: true,
    });
  }
  await page.setViewportSize({ width, height });
}

/** The button that merges, on the pull request's page as it is now. */
export function mergeButton(page: Page) {
  return page.getByRole('button', { name: 'Merge', exact: true });
}

/** Reads a pull request again and again until its gate is as told. */
export async function untilGate(
  page: Page,
  pullRequest: string,
  state: 'passed' | 'waiting',
) {
  await expect(async () => {
    await page.goto(pullRequest);
    await expect(page.getByText(`kmetal-storage ${state}`)).toBeVisible({
      timeout: 1_000,
    });
  }).toPass({ timeout: 90_000 });
}

export async function merge(page: Page, pullRequest: string) {
  await untilGate(page, pullRequest, 'passed');
  await mergeButton(page).click();
  await expect(page.getByText('Merged', { exact: true })).toBeVisible();
}
