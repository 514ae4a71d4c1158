import {
  keepPictures,
  merge,
  next,
  openForm,
  propose,
  signInAsPetra,
  THEMES,
} from './platformChange';
import { expect, test, type Portal } from './portal';

const LOCATIONS = '/apis/velero.io/v1/namespaces/velero/backupstoragelocations';

const UNDER_CLUSTER = 'muc-1';

const locationsOf = async (portal: Portal) =>
  (await portal.kubectl(UNDER_CLUSTER, 'GET', LOCATIONS)).items.map(
    (location: Record<string, any>) => ({
      name: location.metadata.name,
      default: location.spec.default ?? false,
      phase: location.status?.phase,
    }),
  );

test.describe('The platform team adds a backup location', () => {
  for (const theme of THEMES) {
    test(`on MinIO, knowing that no volume of a tenant is in it; it is the one default, and available (${theme})`, async ({
      portal,
      browser,
    }, testInfo) => {
      test.setTimeout(240_000);
      const name = `minio-${theme}`;
      const petra = await signInAsPetra(browser, portal, theme);
      await openForm(petra, portal, 'velero-location', UNDER_CLUSTER);
      await petra.getByLabel(/^Name\s*\*$/).fill(name);
      await petra.getByLabel(/^Bucket/).fill('velero');
      await petra.getByLabel(/^Region/).fill('minio');
      await petra.getByLabel(/^Default for backups/).check();
      await petra.getByLabel(/^Why/).fill('Backups stay in the house.');
      await next(petra);
      await petra
        .getByLabel(/^Address of the server/)
        .fill('https://minio.platform.example.com:9000');
      await petra.getByLabel(/^The bucket is part of the path/).check();
      await next(petra);

      // Volumes of tenants are folders on nodes, which Velero skips: that has to be known.
      await expect(petra.getByText('This can’t be proposed')).toBeVisible();
      await keepPictures(petra, testInfo, 'refused');
      await petra.getByRole('button', { name: 'Review', exact: true }).click();
      await expect(
        petra.getByRole('button', { name: 'Propose', exact: true }),
      ).toBeHidden();
      await petra.getByLabel(/^I know that backups here have no data/).check();
      await expect(petra.getByText('s3ForcePathStyle: "true"')).toBeVisible();
      await keepPictures(petra, testInfo, 'preview');

      const [request] = await propose(petra, ['The request']);
      await keepPictures(petra, testInfo, 'task');
      await petra.goto(request);
      await expect(petra.getByText('s3ForcePathStyle: "true"')).toBeVisible();
      await keepPictures(petra, testInfo, 'pull-request');
      await merge(petra, request);
      await expect
        .poll(() => locationsOf(portal), { timeout: 60_000 })
        .toContainEqual({ name, default: true, phase: 'Available' });
      expect(
        (await locationsOf(portal)).filter(
          (each: { default: boolean }) => each.default,
        ),
      ).toHaveLength(1);
      await petra.goto(`${portal.portalUrl}/storage-requests`);
      await expect(
        petra.getByRole('row', { name: new RegExp(name) }).getByText(/^live$/i),
      ).toBeVisible({ timeout: 60_000 });
      await keepPictures(petra, testInfo, 'requests');
      await petra.context().close();
    });
  }
});
