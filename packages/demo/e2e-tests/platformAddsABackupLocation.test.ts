import { merge, signInAsPetra } from './platformChange';
import { expect, test, type Portal } from './portal';

const LOCATIONS = '/apis/velero.io/v1/namespaces/velero/backupstoragelocations';

const MINIO = {
  name: 'minio',
  bucket: 'velero',
  region: 'minio',
  s3Url: 'https://minio.platform.example.com:9000',
  s3ForcePathStyle: true,
  default: true,
};

const locationsOf = async (portal: Portal) =>
  (await portal.kubectl('muc-1', 'GET', LOCATIONS)).items.map(
    (location: Record<string, any>) => ({
      name: location.metadata.name,
      default: location.spec.default ?? false,
      phase: location.status?.phase,
    }),
  );

test.describe('The platform team adds a backup location', () => {
  test('on MinIO, knowing that no volume of a tenant is in it; it is the one default, and available', async ({
    portal,
    browser,
  }) => {
    test.setTimeout(240_000);
    const petra = await signInAsPetra(browser, portal);
    // Volumes of tenants are folders on nodes, which Velero skips.
    expect(await petra.preview('velero-location', MINIO)).toMatchObject({
      changed: false,
      refusals: [{ code: 'noProtection', field: 'confirmNoTenantData' }],
    });
    const asked = { ...MINIO, confirmNoTenantData: true };
    const { diff } = await petra.preview('velero-location', asked);
    expect(diff).toContain('+    s3ForcePathStyle: "true"');
    expect(diff).toContain('-  default: true\n+  default: false');

    const { 'The request': request } = await petra.propose(
      'velero-location',
      asked,
    );
    await petra.page.goto(request);
    await expect(
      petra.page.getByText('s3ForcePathStyle: "true"'),
    ).toBeVisible();
    await merge(petra.page, request);
    await expect
      .poll(() => locationsOf(portal), { timeout: 60_000 })
      .toEqual([
        { name: 'default', default: false, phase: 'Available' },
        { name: 'minio', default: true, phase: 'Available' },
      ]);
    await petra.page.context().close();
  });
});
