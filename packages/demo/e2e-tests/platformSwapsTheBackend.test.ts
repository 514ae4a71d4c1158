import { merge, mergeButton, signInAsPetra, untilGate } from './platformChange';
import { expect, test, type Portal } from './portal';

const CLASS = '/apis/storage.k8s.io/v1/storageclasses/tenant-storage-class';
const PROFILE =
  '/apis/cdi.kubevirt.io/v1beta1/storageprofiles/tenant-storage-class';
const CANARIES =
  '/api/v1/namespaces/kmetal-storage-canary/persistentvolumeclaims';
const DRIVER = 'driver.longhorn.io';

const LONGHORN = {
  to: 'longhorn',
  longhorn: { chartVersion: '1.9.1', replicas: 3 },
  claimPropertySets: [
    { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
  ],
};
const ACCEPTED = { confirmHeadroom: true, confirmUnderWay: true };

/** The provisioner that serves the tenants' class; undefined while nobody does. */
async function provisionerOf(portal: Portal): Promise<string | undefined> {
  return portal.kubectl('muc-1', 'GET', CLASS).then(
    ({ provisioner }) => provisioner,
    () => undefined,
  );
}

async function phasesOfCanaries(portal: Portal): Promise<string[]> {
  const { items } = await portal.kubectl('muc-1', 'GET', CANARIES);
  return items.map(({ status }: Record<string, any>) => status.phase);
}

test.describe('The platform team swaps what serves the tenants', () => {
  test("from local-path to Longhorn: each stage waits for its gate, and tenants' volumes stay", async ({
    portal,
    browser,
  }) => {
    test.setTimeout(480_000);
    const petra = await signInAsPetra(browser, portal);
    const { page } = petra;
    const gatesOf = async (stage: string) => {
      const { gates } = await petra.preview('backend', {
        stage,
        ...LONGHORN,
        ...ACCEPTED,
      });
      return Object.fromEntries(
        gates.map(({ id, state }: Record<string, string>) => [id, state]),
      );
    };
    expect(await gatesOf('release')).toMatchObject({
      driverThere: 'failed',
      driverOnWorkers: 'failed',
      canaryBound: 'failed',
    });

    const { 'The request': install } = await petra.propose('storage-backend', {
      stage: 'install',
      ...LONGHORN,
    });
    await merge(page, install);
    await expect
      .poll(() => phasesOfCanaries(portal), { timeout: 60_000 })
      .toEqual(['Bound']);
    expect(await provisionerOf(portal)).toBe(
      'cluster.local/local-path-provisioner',
    );

    // muc-w3 is away, so the driver can't be there: the gate is shut until nothing is put there any more.
    await expect
      .poll(() => gatesOf('release'))
      .toMatchObject({
        driverThere: 'passed',
        driverOnWorkers: 'failed',
        canaryBound: 'passed',
      });
    const { 'The request': release, 'The request to claim the name': claim } =
      await petra.propose('storage-backend', {
        stage: 'release',
        ...LONGHORN,
        ...ACCEPTED,
      });
    await untilGate(page, release, 'waiting');
    await expect(
      page.getByText(/Waits until: .*The driver runs on every worker/),
    ).toBeVisible();
    await expect(mergeButton(page)).toBeDisabled();
    await untilGate(page, claim, 'waiting');
    await expect(mergeButton(page)).toBeDisabled();
    await portal.kubectl('muc-1', 'PATCH', '/api/v1/nodes/muc-w3', {
      spec: { unschedulable: true },
    });

    // The claim is approved before the name is let go of: between the two no volume can be made.
    await page.getByRole('button', { name: 'Approve' }).click();
    await merge(page, release);
    await expect.poll(() => provisionerOf(portal)).toBeUndefined();
    await merge(page, claim);
    await expect.poll(() => provisionerOf(portal)).toBe(DRIVER);
    await expect
      .poll(async () => (await portal.kubectl('muc-1', 'GET', PROFILE)).status)
      .toMatchObject({
        provisioner: DRIVER,
        claimPropertySets: LONGHORN.claimPropertySets,
      });

    // What local-path has made stays, and so does its entry.
    const { refusals } = await petra.preview('backend', {
      stage: 'cleanUp',
      ...LONGHORN,
    });
    expect(refusals).toMatchObject([{ code: 'volumesLeft' }]);
    await page.goto(`${portal.portalUrl}/storage-requests`);
    await page.context().close();
  });
});
