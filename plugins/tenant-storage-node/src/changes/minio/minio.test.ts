import type { FactsOfTest } from '../facts.testing';
import {
  CLASS,
  fleet,
  gateOf,
  missingOf,
  planned,
} from '../storageChange.test.plan';
import { minio } from './minio';

const asked = minio.examples[0].input;

function plan(
  input: Record<string, unknown>,
  facts: FactsOfTest = {},
  texts: Record<string, string> = {},
) {
  return planned(minio, input, facts, [fleet(texts)]);
}

function refused(...args: Parameters<typeof plan>) {
  return plan(...args).refusals.map(({ code, field, message }) => ({
    code,
    field,
    message,
  }));
}

function warned(...args: Parameters<typeof plan>) {
  return plan(...args).warnings.map(({ code }) => code);
}

const [NAME, DIGEST] = `${asked.image}`.split('@');

describe('the image', () => {
  it.each([
    NAME,
    'registry.example.com/minio:latest',
    `registry.example.com/minio:latest@${DIGEST}`,
    'registry.example.com/minio@sha256:abc',
    `registry.example.com/MINIO@${DIGEST}`,
  ])('is refused as %s', image => {
    expect(refused({ ...asked, image })).toMatchObject([
      { code: 'imageNotPinned', field: 'image' },
    ]);
  });

  it('has no default, and somebody who keeps it safe', () => {
    expect(refused({ ...asked, image: undefined })).toMatchObject([
      { code: 'inputInvalid', field: 'image' },
    ]);
    expect(refused({ ...asked, confirmUnmaintained: false })).toMatchObject([
      { code: 'confirmationMissing', field: 'confirmUnmaintained' },
    ]);
  });
});

it('has no secret in Git, only the name of one', () => {
  const { diff } = plan(asked);
  expect(diff).not.toContain('kind: Secret');
  expect(diff).toContain('secretKeyRef');
});

describe('its servers', () => {
  it.each([3, 17])('are not %d', replicas => {
    expect(refused({ ...asked, replicas })).toMatchObject([
      { code: 'inputInvalid', field: 'replicas' },
    ]);
  });

  it('need a worker each; on local-path, a control-plane node', () => {
    expect(refused({ ...asked, replicas: 5 })).toEqual([
      {
        code: 'notSupported',
        field: 'replicas',
        message: '5 servers need a node each, and there are 4 workers.',
      },
    ]);
    expect(refused({ ...asked, storageClass: 'local-path' })).toEqual([
      {
        code: 'notSupported',
        field: 'storageClass',
        message: expect.stringContaining('there is 1 control-plane node;'),
      },
    ]);
    const nodes = ['c1', 'c2', 'c3', 'c4'].map(name => ({
      name,
      controlPlane: true,
    }));
    expect(
      plan({ ...asked, storageClass: 'local-path' }, { nodes }).diff,
    ).toContain('node-role.kubernetes.io/control-plane: ""');
    expect(warned(asked, { nodes: 'unknown' })).toContain('nodesUnknown');
  });
});

it.each([
  [4, '1 may fail', '2 of 4 parts'],
  [5, '2 may fail', '3 of 5 parts'],
  [16, '4 may fail', '12 of 16 parts'],
])('tells what %d servers survive and hold', (replicas, fail, hold) => {
  const nodes = Array.from({ length: 16 }, (_, at) => ({ name: `w${at}` }));
  const notes = plan({ ...asked, replicas }, { nodes }).impact.map(
    ({ note }) => note,
  );
  expect(notes[0]).toContain(fail);
  expect(notes[1]).toContain(hold);
});

describe('its volumes', () => {
  it('are of a class that is there', () => {
    expect(refused({ ...asked, storageClass: 'gold' })).toMatchObject([
      { code: 'notFound', field: 'storageClass' },
    ]);
    expect(warned(asked, { storageClasses: 'unknown' })).toContain(
      'classUnknown',
    );
    expect(warned({ ...asked, storageClass: CLASS })).toContain('tenantsClass');
  });

  it.each([
    ['size', { size: '200Gi' }],
    ['replicas', { replicas: 6 }],
    ['storageClass', { storageClass: 'ceph' }],
  ])('and their number can’t be changed afterwards: %s', (field, more) => {
    const texts = Object.fromEntries(
      plan(asked).files.map(({ path, content }) => [path, content ?? '']),
    );
    const nodes = Array.from({ length: 6 }, (_, at) => ({ name: `w${at}` }));
    expect(refused({ ...asked, ...more }, { nodes }, texts)).toMatchObject([
      { code: 'nameTaken', field },
    ]);
  });

  it('are not a tenant’s', () => {
    expect(refused({ ...asked, namespace: 'alpha' })).toMatchObject([
      { code: 'unsafe', field: 'namespace' },
    ]);
  });

  it.each([
    ['size', { 'requests.storage': '399Gi' }],
    ['replicas', { persistentvolumeclaims: '3' }],
  ])('all fit into each quota, by %s', (field, hard) => {
    const namespace = 'minio-system';
    const used = Object.fromEntries(Object.keys(hard).map(key => [key, '0']));
    expect(
      refused(asked, { resourceQuotas: [{ namespace, hard, used }] }),
    ).toEqual([
      {
        code: 'headroomTooSmall',
        field,
        message: expect.stringMatching(/4 claims take (400 Gi|4 claims)/),
      },
    ]);
  });

  it('may be there from before, as far as anybody can tell', () => {
    expect(warned(asked, { claims: 'unknown' })).toEqual(['claimsUnknown']);
    expect(warned(asked, { tenants: 'unknown' })).toEqual(['tenantsUnknown']);
  });

  it('may be there from before, which is told', () => {
    const claims = [
      { namespace: 'minio-system', name: 'data-minio-0' },
      { namespace: 'minio-system', name: 'data-minio-x-1' },
    ];
    expect(plan(asked, { claims }).warnings).toEqual([
      {
        code: 'volumesThere',
        message: expect.stringMatching(/: data-minio-0\. /),
      },
    ]);
  });
});

describe('what is there already', () => {
  it.each([
    ['serviceName: minio-hl', 'serviceName: minio'],
    ['podManagementPolicy: Parallel', 'podManagementPolicy: OrderedReady'],
    [
      /matchLabels:\n {6}app.kubernetes.io\/name: minio\n( {6}app.kubernetes.io\/instance: minio\n) {2}template/,
      'matchLabels:\n$1  template',
    ],
  ])('of another making is left alone: not %s', (made, other) => {
    const [{ path, content }] = plan(asked).files;
    const text = content!.replace(made, other);
    expect(text).not.toBe(content);
    expect(refused(asked, {}, { [path]: text })).toEqual([
      {
        code: 'nameTaken',
        field: 'name',
        message: expect.stringContaining('was made another way'),
      },
    ]);
  });

  it('of a chart gets no second owner', () => {
    const release = {
      name: 'objects',
      namespace: 'flux-system',
      chart: 'charts/minio',
      targetNamespace: 'minio-system',
    };
    expect(refused(asked, { helmReleases: [release] })).toEqual([
      {
        code: 'ownedByHelmRelease',
        field: 'namespace',
        message: expect.stringContaining('HelmRelease flux-system/objects'),
      },
    ]);
    expect(
      refused(asked, { helmReleases: [{ ...release, chart: 'loki' }] }),
    ).toEqual([]);
    expect(warned(asked, { helmReleases: 'unknown' })).toEqual([
      'releasesUnknown',
    ]);
  });
});

describe('its namespace', () => {
  it('is made, and never pruned: with it would go all that is in it', () => {
    expect(plan(asked).diff).toContain(
      '+kind: Namespace\n+metadata:\n+  name: minio-system\n+  annotations:\n+    kustomize.toolkit.fluxcd.io/prune: disabled\n',
    );
  });

  it('is not one that is being deleted', () => {
    const namespaces = [
      { name: 'minio-system', deletedAt: '2026-11-23T00:00:00Z' },
    ];
    expect(refused(asked, { namespaces })).toMatchObject([
      { code: 'notReady', field: 'namespace' },
    ]);
  });

  it('is not made where it is there, or can’t be seen', () => {
    const namespaces = [{ name: 'minio-system' }];
    expect(plan(asked, { namespaces }).diff).not.toContain('kind: Namespace');
    const unseen = plan(asked, { namespaces: 'unknown' });
    expect(unseen.diff).not.toContain('kind: Namespace');
    expect(unseen.warnings).toMatchObject([{ code: 'namespaceUnknown' }]);
  });
});

it.each<[string, FactsOfTest]>([
  ['passed', {}],
  ['failed', { storageClasses: [] }],
  ['unknown', { storageClasses: 'unknown' }],
])('has a gate for its class: %s', (state, facts) => {
  expect(gateOf(minio, asked, facts)).toEqual([{ id: 'classThere', state }]);
});

it('arrives with its last volume', () => {
  const claims = [0, 1, 2, 3].map(at => ({
    namespace: 'minio-system',
    name: `data-minio-${at}`,
  }));
  expect(missingOf(minio, asked, { claims: 'unknown' })).toBeNull();
  expect(missingOf(minio, asked, { claims: claims.slice(1) })).toBe(
    '3 of 4 volumes of minio-system/minio are bound.',
  );
  expect(missingOf(minio, asked, { claims })).toBe('');
});
