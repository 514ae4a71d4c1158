import type { Browser, Page } from '@playwright/test';
import { parseQuantity } from '@kmetal/backstage-plugin-tenant-storage-common';
import { expect, signIn, test, type Portal } from './portal';

const refused = 'pvc-5d0c1c9e-6f5e-4b43-9a39-0f4d2f6a7b11';
const storageKey =
  'tenant-storage-class.storageclass.storage.k8s.io/requests.storage';
const reason = 'The reporting database grows by 2 Gi a week.';

async function liveQuota(
  portal: Portal,
  underCluster: string,
  tenant: string,
): Promise<string> {
  const { items } = await portal.kubectl(
    underCluster,
    'GET',
    `/api/v1/namespaces/${tenant}/resourcequotas`,
  );
  const quota = items.find((item: { spec: { hard: object } }) =>
    Object.hasOwn(item.spec.hard, storageKey),
  );
  return quota.spec.hard[storageKey];
}

async function openStorageTab(page: Page, portal: Portal, entity: string) {
  await page.goto(
    `${portal.portalUrl}/catalog/default/resource/${entity}/storage`,
  );
  await expect(page.getByText(/^Storage of /)).toBeVisible();
}

/** Fills the form in as far as it is not, up to the page that tells what it would mean. */
async function askFor(page: Page, size?: string) {
  const field = page.getByLabel(/^New size/);
  if (size) await field.fill(size);
  await expect(field).not.toHaveValue('');
  const asked = await field.inputValue();
  await page.getByLabel(/^Why/).fill(reason);
  await page.getByRole('button', { name: 'Next' }).click();
  await expect(page.getByText('What it means for')).toBeVisible();
  return asked;
}

/** Sends what was asked for; the address of the pull request. */
async function send(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByRole('button', { name: 'Send' }).click();
  const link = page.getByText('Your change request').first();
  await expect(link).toBeVisible({ timeout: 60_000 });
  const href = await page
    .locator('a', { hasText: 'Your change request' })
    .getAttribute('href');
  return href!;
}

/** Reads a pull request as the platform engineer. */
async function openAsPetra(browser: Browser, portal: Portal, url: string) {
  const petra = await signIn(browser, portal, 'petra');
  await petra.goto(url);
  await expect(petra.getByText(reason)).toBeVisible();
  return petra;
}

test.describe('A tenant asks for more', () => {
  test('sees beforehand what it means; after the merge the tab shows it live without a reload', async ({
    portal,
    browser,
  }) => {
    test.setTimeout(240_000);
    const before = await liveQuota(portal, 'muc-1', 'alpha');
    const alice = await signIn(browser, portal, 'alice');
    await openStorageTab(alice, portal, 'muc-1.alpha');
    await expect(
      alice.getByText('The quota has no room for this volume').first(),
    ).toBeVisible();
    await expect(alice.getByText(`About DataVolume ${refused}`)).toBeVisible();

    await alice
      .getByText('Request more storage', { exact: true })
      .first()
      .click();
    const size = await askFor(alice);
    expect(parseQuantity(size)).toBeGreaterThan(parseQuantity(before));
    await expect(
      alice.getByText(`${storageKey}: ${before}`, { exact: false }),
    ).toBeVisible();
    await expect(
      alice.getByText(`${storageKey}: ${size}`, { exact: false }),
    ).toBeVisible();
    await expect(alice.getByText(/fits/).first()).toBeVisible();
    const pullRequest = await send(alice);

    await openStorageTab(alice, portal, 'muc-1.alpha');
    await alice.evaluate(() => {
      document.documentElement.dataset.loaded = 'before the merge';
    });
    await expect(alice.getByText('Sent to the platform team')).toBeVisible();
    await expect(
      alice.getByText('The new quota is in force', { exact: false }),
    ).toBeHidden();

    const petra = await openAsPetra(browser, portal, pullRequest);
    await expect(petra.getByText('1 file changed, +1 −1')).toBeVisible();
    await expect(
      petra.getByText('All quotas of the class together'),
    ).toBeVisible();
    await expect(petra.getByText('kmetal-storage passed')).toBeVisible();
    await petra.getByRole('button', { name: 'Merge' }).click();
    await expect(
      alice.getByText('The new quota is in force', { exact: false }),
    ).toBeVisible({ timeout: 10_000 });
    expect(await liveQuota(portal, 'muc-1', 'alpha')).toBe(size);
    await expect(
      alice.getByText('The quota has no room for this volume'),
    ).toHaveCount(0);
    await expect(alice.locator('html')).toHaveAttribute(
      'data-loaded',
      'before the merge',
    );

    await alice.goto(`${portal.portalUrl}/notifications`);
    await expect(
      alice.getByText(`It is there: ${size} of storage for alpha in muc-1`),
    ).toBeVisible();
    await alice.context().close();
    await petra.context().close();
  });

  test('asks again: one request with the latest wish; is told why it must change; takes nothing live', async ({
    portal,
    browser,
  }) => {
    test.setTimeout(240_000);
    const before = await liveQuota(portal, 'fra-2', 'alpha-dr');
    const larger = (gi: bigint) =>
      `${parseQuantity(before) / 2n ** 30n + gi}Gi`;
    const alice = await signIn(browser, portal, 'alice');
    await openStorageTab(alice, portal, 'fra-2.alpha-dr');
    await alice
      .getByText('Request more storage', { exact: true })
      .first()
      .click();
    await askFor(alice, larger(5n));
    const first = await send(alice);
    await openStorageTab(alice, portal, 'fra-2.alpha-dr');
    await alice.getByText('Change the request').first().click();
    await askFor(alice, larger(7n));
    const second = await send(alice);
    expect(second).toBe(first);

    const petra = await openAsPetra(browser, portal, second);
    await expect(petra.getByText('1 file changed, +1 −1')).toBeVisible();
    await expect(
      petra.getByText(`${storageKey}: ${larger(7n)}`, { exact: false }),
    ).toBeVisible();
    await petra
      .getByRole('textbox')
      .fill('What about the 20 Gi that nobody uses?');
    await petra.getByRole('button', { name: 'Request changes' }).click();

    await openStorageTab(alice, portal, 'fra-2.alpha-dr');
    await expect(
      alice.getByText('What about the 20 Gi that nobody uses?'),
    ).toBeVisible();
    await petra.getByRole('button', { name: 'Close without merging' }).click();
    await expect(alice.getByText('Request more storage').first()).toBeVisible();
    expect(await liveQuota(portal, 'fra-2', 'alpha-dr')).toBe(before);

    await petra.goto(`${portal.portalUrl}/storage-requests`);
    await expect(petra.getByText('alpha-dr').first()).toBeVisible();
    const bob = await signIn(browser, portal, 'bob');
    await bob.goto(`${portal.portalUrl}/storage-requests`);
    await expect(bob.getByText(/[Nn]o requests/).first()).toBeVisible();
    await expect(bob.getByText('alpha-dr')).toHaveCount(0);
    for (const page of [alice, petra, bob]) await page.context().close();
  });
});
