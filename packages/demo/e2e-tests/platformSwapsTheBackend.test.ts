import type { Page } from '@playwright/test';
import {
  choose,
  keepPictures,
  merge,
  mergeButton,
  next,
  openForm,
  propose,
  signInAsPetra,
  THEMES,
  untilGate,
} from './platformChange';
import { expect, test, type Portal } from './portal';

const CLASS = '/apis/storage.k8s.io/v1/storageclasses/tenant-storage-class';
const PROFILE =
  '/apis/cdi.kubevirt.io/v1beta1/storageprofiles/tenant-storage-class';
const CANARIES =
  '/api/v1/namespaces/kmetal-storage-canary/persistentvolumeclaims';
const DRIVER = 'driver.longhorn.io';
const UNDER_CLUSTER = 'muc-1';

const STAGES = {
  install: /^1\. Install/,
  release: /^2\. Swap/,
  cleanUp: /^3\. Clean up/,
};

/** Fills in the form of a stage, up to the page that tells what it would do. */
async function fillIn(page: Page, portal: Portal, stage: keyof typeof STAGES) {
  await openForm(page, portal, 'storage-backend', UNDER_CLUSTER);
  await choose(page, /^Stage/, STAGES[stage]);
  await choose(page, /^New backend/, /^Longhorn/);
  await page.getByLabel(/^Why/).fill('Volumes have to outlive a node.');
  await page.getByLabel(/^Version of the chart/).fill('1.9.1');
  await page.getByLabel(/^Copies of each volume/).fill('3');
  await next(page);
  // What the class is pinned to is filled in.
  await expect(
    page.getByRole('heading', {
      name: 'What CDI makes volumes with',
      exact: true,
    }),
  ).toBeVisible();
  await next(page);
}

async function accept(page: Page) {
  await page.getByLabel(/^I accept that some tenants/).check();
  await page.getByLabel(/^I accept that volumes which are being/).check();
}

/** The provisioner that serves the tenants' class; undefined while nobody does. */
async function provisionerOf(portal: Portal): Promise<string | undefined> {
  return portal.kubectl(UNDER_CLUSTER, 'GET', CLASS).then(
    ({ provisioner }) => provisioner,
    () => undefined,
  );
}

async function phasesOfCanaries(portal: Portal): Promise<string[]> {
  const { items } = await portal.kubectl(UNDER_CLUSTER, 'GET', CANARIES);
  return items.map(({ status }: Record<string, any>) => status.phase);
}

test.describe('The platform team swaps what serves the tenants', () => {
  test("from local-path to Longhorn: each stage waits for its gate, and tenants' volumes stay", async ({
    portal,
    browser,
  }, testInfo) => {
    test.setTimeout(480_000);
    const petra = await signInAsPetra(browser, portal, 'light');

    // Nothing is there yet that could take the name over.
    await fillIn(petra, portal, 'release');
    await expect(
      petra.getByText(`There is no CSIDriver ${DRIVER}`).first(),
    ).toBeVisible();
    await keepPictures(petra, testInfo, 'release-too-early');

    await fillIn(petra, portal, 'install');
    await expect(petra.getByText(/version: 1\.9\.1/)).toBeVisible();
    await keepPictures(petra, testInfo, 'install');
    const [install] = await propose(petra, ['The request']);
    await merge(petra, install);
    await expect
      .poll(() => phasesOfCanaries(portal), { timeout: 60_000 })
      .toEqual(['Bound']);
    expect(await provisionerOf(portal)).toBe(
      'cluster.local/local-path-provisioner',
    );

    // muc-w3 is away, so the driver can't be there: the gate is shut until nothing is put there any more.
    await fillIn(petra, portal, 'release');
    await accept(petra);
    // Both are shown: what lets go of the name, and what claims it.
    const added = petra.getByRole('insertion');
    await expect(added.filter({ hasText: 'create: false' })).toBeVisible();
    await expect(
      added.filter({ hasText: `provisioner: ${DRIVER}` }),
    ).toBeVisible();
    await keepPictures(petra, testInfo, 'swap');
    const [release, claim] = await propose(petra, [
      'The request',
      'The request to claim the name',
    ]);
    await untilGate(petra, release, 'waiting');
    await expect(
      petra.getByText(/Waits until: .*The driver runs on every worker/),
    ).toBeVisible();
    await expect(mergeButton(petra)).toBeDisabled();
    await keepPictures(petra, testInfo, 'gate-closed');
    await untilGate(petra, claim, 'waiting');
    await expect(mergeButton(petra)).toBeDisabled();
    await portal.kubectl(UNDER_CLUSTER, 'PATCH', '/api/v1/nodes/muc-w3', {
      spec: { unschedulable: true },
    });

    // The claim is approved before the name is let go of: between the two no volume can be made.
    await petra.getByRole('button', { name: 'Approve' }).click();
    await untilGate(petra, release, 'passed');
    await keepPictures(petra, testInfo, 'gate-open');
    await merge(petra, release);
    await expect.poll(() => provisionerOf(portal)).toBeUndefined();
    await merge(petra, claim);
    await expect.poll(() => provisionerOf(portal)).toBe(DRIVER);
    await expect
      .poll(
        async () =>
          (
            await portal.kubectl(UNDER_CLUSTER, 'GET', PROFILE)
          ).status,
      )
      .toMatchObject({
        provisioner: DRIVER,
        claimPropertySets: [
          { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
        ],
      });
    await petra.context().close();

    // What local-path has made stays, and so does its entry.
    for (const theme of THEMES) {
      const page = await signInAsPetra(browser, portal, theme);
      await fillIn(page, portal, 'cleanUp');
      await expect(page.getByText('This can’t be proposed')).toBeVisible();
      await expect(
        page
          .getByText(/are left on cluster\.local\/local-path-provisioner/)
          .first(),
      ).toBeVisible();
      await keepPictures(page, testInfo, `clean-up-refused-${theme}`);
      await page.goto(`${portal.portalUrl}/storage-requests`);
      await expect(page.getByRole('row').nth(1)).toBeVisible();
      await keepPictures(page, testInfo, `requests-${theme}`);
      await page.context().close();
    }
  });
});
