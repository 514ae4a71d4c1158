import { factsOfTest } from '../facts.testing';
import { fleet } from '../storageChange.test.plan';
import { planStorageChange } from '../planStorageChange';
import { veleroLocation } from './veleroLocation';

function refused(more: Record<string, unknown>) {
  return planStorageChange(veleroLocation, {
    underCluster: 'muc-1',
    input: {
      name: 'minio',
      bucket: 'velero',
      region: 'minio',
      s3Url: 'https://minio.example.com',
      s3ForcePathStyle: true,
      confirmNoTenantData: true,
      ...more,
    },
    reason: 'Agreed in the review of storage.',
    requester: 'user:default/petra',
    repositories: [fleet()],
    facts: factsOfTest(),
  }).refusals;
}

describe('an address with a secret in it', () => {
  it.each([
    'https://velero:hunter2@minio.example.com',
    'https://velero:hunter2/x@minio.example.com',
    'velero:hunter2@minio.example.com:9000',
    'https://minio.example.com/velero?X-Amz-Signature=hunter2',
    'https://minio.example.com/velero#hunter2',
  ])('is refused without showing it: %s', s3Url => {
    const refusals = refused({ s3Url });
    expect(refusals).toMatchObject([{ code: 'urlInvalid', field: 's3Url' }]);
    expect(JSON.stringify(refusals)).not.toContain('hunter2');
  });
});

describe('certificates', () => {
  const begin = '-----BEGIN CERTIFICATE-----';
  const end = '-----END CERTIFICATE-----';

  it.each([
    ['what is none', `${begin}\nAAAA\n${end}`],
    ['text around them', `subject=minio\n${begin}\nAAAA\n${end}`],
    ['none at all', 'minio'],
  ])('are refused with %s, which Velero could not use', (_, caCert) => {
    expect(refused({ caCert })).toMatchObject([
      { code: 'inputInvalid', field: 'caCert' },
    ]);
  });

  it('are read in time, however long they are', () => {
    const started = performance.now();
    expect(refused({ caCert: `${begin}${' '.repeat(90_000)}!` })).toMatchObject(
      [{ code: 'inputInvalid', field: 'caCert' }],
    );
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
