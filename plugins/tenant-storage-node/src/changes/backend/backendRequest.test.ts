import { GitOpsError } from '../../gitops';
import { readStorageChange } from '../planStorageChange';
import { backend } from './backend';

function refusal(input: Record<string, unknown>) {
  try {
    readStorageChange(backend, input);
  } catch (error) {
    if (!(error instanceof GitOpsError)) throw error;
    return { code: error.code, field: error.field, message: error.message };
  }
  return undefined;
}

const BAD_NAMES = [
  '',
  '../x',
  '%2e%2e',
  'A_B',
  'a'.repeat(64),
  'a'.repeat(254),
  'lоnghorn', // a Cyrillic o
  'longhorn\u200f',
  'longhorn\u0000',
  '__proto__',
  'constructor_',
];

const install = (to: string, given: Record<string, unknown>) => {
  const key = { 'rook-ceph': 'rookCeph' }[to] ?? to;
  const needed: Record<string, Record<string, unknown>> = {
    nfs: { server: 'nfs.example.com', share: '/exports' },
    csi: { provisioner: 'csi.example.com' },
  };
  return {
    stage: 'install',
    to,
    [key]: { ...needed[to], ...given },
    claimPropertySets: [
      { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
    ],
  };
};

describe('the input of a stage of a swap', () => {
  it.each(
    [
      ['longhorn', 'namespace', 'longhorn.namespace'],
      ['rook-ceph', 'clusterNamespace', 'rookCeph.clusterNamespace'],
      ['rook-ceph', 'operatorNamespace', 'rookCeph.operatorNamespace'],
      ['rook-ceph', 'pool', 'rookCeph.pool'],
      ['nfs', 'namespace', 'nfs.namespace'],
      ['nfs', 'server', 'nfs.server'],
      ['csi', 'provisioner', 'csi.provisioner'],
    ].flatMap(([to, key, field]) =>
      // A pool is a DNS subdomain, which may have more than 63 characters; the parts of a host name may not.
      BAD_NAMES.filter(
        name =>
          (name.length !== 64 || key !== 'pool') &&
          // What a form leaves empty is not given, where something is usual.
          (name !== '' || to === 'csi' || key === 'server'),
      ).map(name => [to, key, field, name]),
    ),
  )('refuses for %s, as %s, %s: %j', (to, key, field, name) => {
    expect(refusal(install(to, { [key]: name }))).toMatchObject({
      code: 'nameInvalid',
      field,
    });
  });

  it.each(BAD_NAMES.filter(name => name !== ''))(
    'refuses %j as the namespace of HelmReleases',
    name => {
      expect(
        refusal({ stage: 'install', to: 'longhorn', fluxNamespace: name }),
      ).toMatchObject({ code: 'nameInvalid', field: 'fluxNamespace' });
    },
  );

  it.each([
    '__proto__',
    'constructor',
    '../x/',
    '%2e%2e',
    'pооl', // Cyrillic
    'pool\u200f',
    'pool\u0000',
    'a'.repeat(254),
    '',
    'foo: bar',
  ])('refuses %j as the name of a parameter', name => {
    expect(
      refusal(install('csi', { parameters: [{ name, value: 'x' }] })),
    ).toMatchObject({
      code: 'nameInvalid',
      field: 'csi.parameters.0.name',
    });
  });

  it('refuses a parameter twice', () => {
    const parameter = { name: 'pool', value: 'gold' };
    expect(
      refusal(install('csi', { parameters: [parameter, parameter] })),
    ).toMatchObject({ code: 'nameTaken', field: 'csi.parameters.1.name' });
  });

  it.each(['gold\nfoo: bar', 'gold\u0000', 'gold\u202e', 'x'.repeat(1025)])(
    'refuses %j as the value of a parameter',
    value => {
      expect(
        refusal(install('csi', { parameters: [{ name: 'pool', value }] })),
      ).toMatchObject({
        code: 'inputInvalid',
        field: 'csi.parameters.0.value',
      });
    },
  );

  it('refuses the value of a parameter that Flux would replace', () => {
    expect(
      refusal(
        install('csi', { parameters: [{ name: 'pool', value: '${pool}' }] }),
      ),
    ).toMatchObject({
      code: 'fluxSubstitution',
      field: 'csi.parameters.0.value',
    });
  });

  it.each([
    ['password', 'hunter2'],
    ['accessKey', 'AKIA1'],
    ['apiToken', 'abc'],
    ['url', 'https://admin:hunter2@array.example.com'],
  ])('keeps secrets out of Git: %s', (name, value) => {
    const refused = refusal(install('csi', { parameters: [{ name, value }] }));
    expect(refused).toMatchObject({
      code: 'secretInGit',
      field: 'csi.parameters.0.value',
    });
    expect(refused?.message).not.toContain(value);
  });

  it('takes the name of a Secret', () => {
    expect(
      refusal(
        install('csi', {
          parameters: [
            {
              name: 'csi.storage.k8s.io/provisioner-secret-name',
              value: 'array',
            },
            {
              name: 'csi.storage.k8s.io/provisioner-secret-namespace',
              value: 'array-csi',
            },
          ],
        }),
      ),
    ).toBeUndefined();
  });

  it.each([
    'relative/share',
    '/exports/../etc',
    'C:\\exports',
    '.git/config',
    '/exports/',
    '/exports\u0000',
    '/exports\n- x',
    '/expоrts', // Cyrillic
    '',
  ])('refuses %j as the share of an NFS server', share => {
    expect(refusal(install('nfs', { share }))).toMatchObject({
      code: 'pathOfNodeInvalid',
      field: 'nfs.share',
    });
  });

  it.each(['../x', '/volumes', 'a/../b', 'C:\\x', '${pvc.metadata.name}'])(
    'refuses %j as a folder of the share',
    subDir => {
      expect(refusal(install('nfs', { subDir }))).toMatchObject({
        code: 'pathOfNodeInvalid',
        field: 'nfs.subDir',
      });
    },
  );

  it.each(['rw,exec', 'hard\n', 'nfsvers=4.1 -o x', '', 'A'])(
    'refuses %j as an option of mount',
    option => {
      expect(refusal(install('nfs', { mountOptions: [option] }))).toMatchObject(
        { code: 'inputInvalid', field: 'nfs.mountOptions.0' },
      );
    },
  );

  it.each(['755x', '8888', 'rwxr-xr-x', '0x1ed', '07555'])(
    'refuses %j as the mode of a folder',
    mountPermissions => {
      expect(refusal(install('nfs', { mountPermissions }))).toMatchObject({
        code: 'inputInvalid',
        field: 'nfs.mountPermissions',
      });
    },
  );

  it.each(['latest', '*', '1.x', '^1.9.0', '>=1.9.0', '1.9', '1.9.0 ', 'v1'])(
    'refuses %j as the version of a chart: it is another one tomorrow',
    chartVersion => {
      for (const to of ['longhorn', 'nfs']) {
        expect(refusal(install(to, { chartVersion }))).toMatchObject({
          code: 'imageNotPinned',
          field: `${to}.chartVersion`,
        });
      }
    },
  );

  it.each(['http://charts.example.com', 'charts', 'file:///etc', 'https://'])(
    'refuses %j as a Helm repository',
    repositoryUrl => {
      expect(refusal(install('longhorn', { repositoryUrl }))).toMatchObject({
        code: 'urlInvalid',
        field: 'longhorn.repositoryUrl',
      });
    },
  );

  it('refuses a Helm repository with a password, and does not repeat it', () => {
    const refused = refusal(
      install('longhorn', {
        repositoryUrl: 'https://bob:hunter2@charts.example.com',
      }),
    );
    expect(refused).toMatchObject({
      code: 'secretInGit',
      field: 'longhorn.repositoryUrl',
    });
    expect(refused?.message).not.toContain('hunter2');
  });

  it.each(['/', '/etc', 'data', '/var/lib/kubelet', '/data/..'])(
    "refuses %j as Longhorn's folder",
    dataPath => {
      expect(refusal(install('longhorn', { dataPath }))).toMatchObject({
        code: 'pathOfNodeInvalid',
        field: 'longhorn.dataPath',
      });
    },
  );

  it.each([
    '5gi',
    '-5Gi',
    '0',
    '1e400',
    '５Gi',
    '5Gi\nfoo: bar',
    '100m',
    '10.3Gi',
  ])('refuses %j as the size of the canary', canarySize => {
    expect(
      refusal({ stage: 'install', to: 'longhorn', canarySize }),
    ).toMatchObject({ code: 'sizeInvalid', field: 'canarySize' });
  });

  it.each(['nfs', 'csi'])('refuses %s without what it is told by', to => {
    expect(
      refusal({
        stage: 'install',
        to,
        claimPropertySets: [
          { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
        ],
      }),
    ).toMatchObject({ code: 'inputInvalid', field: to });
  });

  it.each(['Layering', 'layering,', 'layering exclusive-lock', 'a\nb: c'])(
    'refuses %j as features of images of Rook-Ceph',
    imageFeatures => {
      expect(refusal(install('rook-ceph', { imageFeatures }))).toMatchObject({
        code: 'inputInvalid',
        field: 'rookCeph.imageFeatures',
      });
    },
  );

  it('refuses no pin, and an empty one, of a vendor', () => {
    const csi = { provisioner: 'csi.hpe.com' };
    for (const more of [{}, { claimPropertySets: [] }]) {
      expect(
        refusal({ stage: 'claim', to: 'csi', csi, ...more }),
      ).toMatchObject({ code: 'inputInvalid', field: 'claimPropertySets' });
    }
  });

  it.each(['local-path', 'longhorn', 'rook-ceph'])(
    'pins what %s can do where a form leaves the pin empty',
    to => {
      expect(
        readStorageChange(backend, {
          stage: 'claim',
          to,
          claimPropertySets: [],
        }).claimPropertySets,
      ).toEqual([{ accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' }]);
    },
  );

  it('refuses a pin that CDI does not take', () => {
    const set = { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' };
    const claim = (claimPropertySets: unknown) =>
      refusal({ stage: 'claim', to: 'longhorn', claimPropertySets });
    expect(claim(Array(9).fill(set))).toMatchObject({
      field: 'claimPropertySets',
    });
    expect(claim([{ ...set, accessModes: [] }])).toMatchObject({
      field: 'claimPropertySets.0.accessModes',
    });
    expect(
      claim([{ ...set, accessModes: ['ReadWriteOnce', 'ReadWriteOnce'] }]),
    ).toMatchObject({ field: 'claimPropertySets.0.accessModes' });
    expect(
      claim([{ ...set, accessModes: ['ReadWriteOnce', 'ReadWriteOncePod'] }]),
    ).toMatchObject({ field: 'claimPropertySets.0.accessModes' });
    expect(claim([{ accessModes: ['ReadWriteOnce'] }])).toMatchObject({
      field: 'claimPropertySets.0.volumeMode',
    });
  });

  it.each(['force', '__proto__', 'constructor'])('knows no field %s', field => {
    expect(
      refusal(
        JSON.parse(`{"stage":"release","to":"longhorn","${field}":true}`),
      ),
    ).toMatchObject({ code: 'inputInvalid' });
    expect(
      refusal(
        JSON.parse(
          `{"stage":"release","to":"longhorn","longhorn":{"${field}":true}}`,
        ),
      )?.code ?? 'ignored',
    ).toMatch(/inputInvalid|ignored/);
  });

  it('keeps one copy only where it is to be local', () => {
    expect(
      refusal(install('longhorn', { dataLocality: 'strict-local' })),
    ).toMatchObject({ code: 'notSupported', field: 'longhorn.dataLocality' });
  });

  it('reads every example of itself', () => {
    for (const { input } of backend.examples) {
      expect(refusal(input)).toBeUndefined();
      expect(backend.objectOf(readStorageChange(backend, input))).toMatch(
        /^(install|release|claim|clean-up)$/,
      );
    }
  });
});
