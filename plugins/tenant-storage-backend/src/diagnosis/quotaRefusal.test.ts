import { refusedInWords } from './quotaRefusal';

const KEY = 'tenant-storage-class.storageclass.storage.k8s.io/requests.storage';

describe('a refusal by the quota', () => {
  it('is told with what the volume takes and what was used', () => {
    expect(
      refusedInWords(
        `persistentvolumeclaims "pvc" is forbidden: exceeded quota: alpha-storage, requested: ${KEY}=11381663335, used: ${KEY}=44046147915, limited: ${KEY}=50Gi`,
      ),
    ).toBe(' It takes 10.6 Gi, while 41 of 50 Gi (82 %) were used.');
  });

  it('is told of the first key that it names', () => {
    expect(
      refusedInWords(
        'exceeded quota: q, requested: persistentvolumeclaims=1,requests.storage=5Gi, used: persistentvolumeclaims=10,requests.storage=1Gi, limited: persistentvolumeclaims=10,requests.storage=2Gi',
      ),
    ).toBe(' The quota allows 10 volumes, and 10 were there.');
  });

  it.each([
    '',
    'exceeded quota: ',
    'exceeded quota: q, requested: x, used: y, limited: z',
    'exceeded quota: q, requested: 10Gi, used: 45Gi, limited: 50Gi',
    'exceeded quota: q, requested: requests.storage=many, used: requests.storage=1, limited: requests.storage=2',
    'exceeded quota: q, requested: requests.storage=1, used: , limited: requests.storage=2',
    `exceeded quota: q, requested: ${'='.repeat(100_000)}`,
  ])('of another form is not told in other words (%#)', message => {
    expect(refusedInWords(message)).toBe('');
  });
});
