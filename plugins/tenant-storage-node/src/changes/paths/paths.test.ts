import { repositoryOf, SWAP_LAYOUTS } from '../backend/swap.test.layouts';
import type { FactsOfTest } from '../facts.testing';
import { factsOfTest } from '../facts.testing';
import { repository } from '../fleet.testing';
import type { GitOpsSettings } from '../gitOpsRepository';
import { planStorageChange, readStorageChange } from '../planStorageChange';
import { faultsOf } from '../storageChange.test.faults';
import { paths } from './paths';

const CLASS = 'tenant-storage-class';
const LOCAL = 'cluster.local/local-path-provisioner';
const OTHERS = 'DEFAULT_PATH_FOR_NON_LISTED_NODES';

const HELM = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: local-path-provisioner
  namespace: kmetal-flux
spec:
  chart:
    spec:
      chart: local-path-provisioner
      version: 0.0.30
  values:
    storageClassConfigs:
      local-path:
        nodePathMap:
          - node: c1
            paths:
              - /var/data/local
          - node: ${OTHERS}
            paths: []
      tenant-storage-class:
        nodePathMap:
          - node: w1 # rack 1
            paths:
              - /var/data/tenant
          - node: w2
            paths:
              - /var/data/tenant
          - node: ${OTHERS}
            paths: [] # nowhere else
`;

const VALUES = `# Owned by the platform team.
storage:
  localPath:
    nodePathMap:
      - node: w1
        paths: [/var/data/tenant]
      - node: ${OTHERS}
        paths: []
`;

interface Asked {
  input: Record<string, unknown>;
  facts?: FactsOfTest;
  files?: Record<string, string>;
  settings?: Partial<GitOpsSettings>;
}

const CLUSTER: FactsOfTest = {
  nodes: [
    { name: 'c1', controlPlane: true },
    { name: 'w1' },
    { name: 'w2' },
    { name: 'w3' },
  ],
};

function plan({ input, facts = {}, files, settings }: Asked) {
  return planStorageChange(paths, {
    underCluster: 'muc-1',
    input: { storageClass: CLASS, ...input },
    reason: 'A new worker.',
    requester: 'user:default/ops',
    repositories: [repository(files ?? { 'local-path.yaml': HELM }, settings)],
    facts: factsOfTest({ ...CLUSTER, ...facts }),
  });
}

function refused(asked: Asked) {
  const planned = plan(asked);
  expect(planned.changed).toBe(false);
  return planned.refusals.map(({ code, field }) => ({ code, field }));
}

/** The lines that a plan takes out and puts in. */
function edits(asked: Asked): string[] {
  const planned = plan(asked);
  expect(planned.refusals).toEqual([]);
  return planned.diff.split('\n').filter(line => /^[+-](?![+-]{2})/.test(line));
}

const add = (node: string, path = '/var/data/tenant') => ({
  nodes: [{ node, paths: [path] }],
});

describe('nodes and paths of a class of local-path', () => {
  it('adds a worker', () => {
    expect(edits({ input: add('w3') })).toEqual([
      '+          - node: w3',
      '+            paths:',
      '+              - /var/data/tenant',
    ]);
  });

  it('sets the paths of a worker', () => {
    expect(edits({ input: add('w2', '/mnt/disk-1') })).toEqual([
      '-              - /var/data/tenant',
      '+              - /mnt/disk-1',
    ]);
  });

  it('keeps new volumes off a worker', () => {
    expect(
      edits({ input: { nodes: [{ node: 'w2', paths: [] }] } }).join('\n'),
    ).toMatch(/^-.*\n?(-.*\n)*\+ {12}paths: \[\]$/);
  });

  it('takes a worker without volumes out', () => {
    expect(
      edits({
        input: { removeNodes: ['w2'] },
        facts: {
          volumes: [
            { storageClass: CLASS, provisionedBy: LOCAL, nodes: ['w1'] },
            { storageClass: 'local-path', provisionedBy: LOCAL, nodes: ['w2'] },
          ],
        },
      }),
    ).toEqual([
      '-          - node: w2',
      '-            paths:',
      '-              - /var/data/tenant',
    ]);
  });

  it('does all of it in one change, and tells what it means', () => {
    const planned = plan({
      input: {
        nodes: [
          { node: 'w3', paths: ['/var/data/tenant'] },
          { node: 'w1', paths: ['/var/data/tenant', '/mnt/disk-1'] },
        ],
        removeNodes: ['w2'],
      },
    });
    expect(planned.refusals).toEqual([]);
    expect(planned.title).toBe(
      'Paths of tenant-storage-class in muc-1: w3, w1, without w2',
    );
    expect(planned.impact.map(({ what, after }) => [what, after])).toEqual([
      ['Paths on w3', '/var/data/tenant'],
      ['Paths on w1', '/var/data/tenant, /mnt/disk-1'],
      ['Paths on w2', null],
    ]);
    expect(planned.files[0].content).toMatch(
      new RegExp(
        `- node: w1 # rack 1\\n +paths:\\n +- /var/data/tenant\\n +- /mnt/disk-1\\n +- node: ${OTHERS}\\n +paths: \\[\\] # nowhere else\\n +- node: w3`,
      ),
    );
  });

  it("edits the map in an umbrella chart's values file", () => {
    expect(
      edits({
        input: add('w3'),
        files: { 'kmetal-values.yaml': VALUES },
        settings: {
          locators: {
            nodePathMap: {
              files: 'kmetal-values.yaml',
              path: ['storage', 'localPath', 'nodePathMap'],
            },
          },
        },
      }),
    ).toEqual([
      '+      - node: w3',
      '+        paths:',
      '+          - /var/data/tenant',
    ]);
  });

  it("edits one class of all, in an umbrella chart's values file", () => {
    expect(
      edits({
        input: add('w3'),
        files: {
          'kmetal-values.yaml': `localPath:
  classes:
    local-path:
      nodePathMap: []
    tenant-storage-class:
      nodePathMap:
        - node: ${OTHERS}
          paths: []
`,
        },
        settings: {
          locators: {
            localPath: {
              files: 'kmetal-values.yaml',
              path: ['localPath', 'classes'],
            },
          },
        },
      }),
    ).toEqual([
      '+        - node: w3',
      '+          paths:',
      '+            - /var/data/tenant',
    ]);
  });

  it('says that all other nodes are refused, where the map does not', () => {
    expect(
      edits({
        input: add('w3'),
        files: {
          'local-path.yaml': HELM.replace(
            / {10}- node: DEFAULT.*\n.*# nowhere else\n/,
            '',
          ),
        },
      }),
    ).toEqual([
      '+          - node: w3',
      '+            paths:',
      '+              - /var/data/tenant',
      `+          - node: ${OTHERS}`,
      '+            paths: []',
    ]);
  });

  it('says so if Git has these paths already', () => {
    expect(plan({ input: add('w1') })).toMatchObject({
      changed: false,
      refusals: [],
      summary: 'Git says these paths of tenant-storage-class already.',
    });
  });

  it('keeps tenants off control-plane nodes, and the platform off workers', () => {
    expect(refused({ input: add('c1', '/data') })).toEqual([
      { code: 'boundaryBroken', field: 'nodes.0.node' },
    ]);
    expect(
      refused({
        input: { storageClass: 'local-path', ...add('w3', '/data') },
      }),
    ).toEqual([{ code: 'boundaryBroken', field: 'nodes.0.node' }]);
  });

  it('refuses a map that lets volumes be made on every node', () => {
    expect(
      refused({
        input: add('w3'),
        files: {
          'local-path.yaml': HELM.replace(
            '[] # nowhere else',
            '[/opt/local-path-provisioner]',
          ),
        },
      }),
    ).toEqual([{ code: 'boundaryBroken', field: 'storageClass' }]);
  });

  it('refuses a node that is not there', () => {
    expect(refused({ input: add('w9') })).toEqual([
      { code: 'notFound', field: 'nodes.0.node' },
    ]);
  });

  it("asks for a word where nodes can't be seen", () => {
    const facts: FactsOfTest = { nodes: 'unknown' };
    expect(refused({ input: add('w3'), facts })).toEqual([
      { code: 'confirmationMissing', field: 'confirmNodes' },
    ]);
    expect(
      plan({ input: { ...add('w3'), confirmNodes: true }, facts }),
    ).toMatchObject({
      changed: true,
      warnings: [{ code: 'nodesUnknown' }],
    });
  });

  it.each(['/var/data/local', '/var/data', '/var/data/local/tenants'])(
    'refuses %s, which another class has on that node',
    path => {
      const both = HELM.replace('node: c1', 'node: w3');
      expect(
        refused({
          input: add('w3', path),
          files: { 'local-path.yaml': both },
        }),
      ).toEqual([{ code: 'boundaryBroken', field: 'nodes.0.paths.0' }]);
    },
  );

  it('refuses what another class has live, though Git is silent about it', () => {
    expect(
      refused({
        input: add('w3', '/var/data/other'),
        facts: {
          localPathMaps: [
            {
              storageClass: 'other',
              nodePaths: [{ node: OTHERS, paths: ['/var/data/other'] }],
            },
          ],
        },
      }),
    ).toEqual([{ code: 'boundaryBroken', field: 'nodes.0.paths.0' }]);
  });

  it('refuses to take a worker out that has volumes, or whose volumes are not seen', () => {
    const input = { removeNodes: ['w2'] };
    expect(
      refused({
        input,
        facts: {
          volumes: [
            {
              storageClass: CLASS,
              provisionedBy: LOCAL,
              nodes: ['w1', 'w2'],
            },
          ],
        },
      }),
    ).toEqual([{ code: 'volumesLeft', field: 'removeNodes.0' }]);
    for (const facts of [
      { volumes: 'unknown' },
      { volumes: [{ storageClass: CLASS, provisionedBy: LOCAL, nodes: [] }] },
    ] as FactsOfTest[]) {
      expect(refused({ input, facts })).toEqual([
        { code: 'factUnknown', field: 'removeNodes.0' },
      ]);
    }
  });

  it('tells how many volumes a worker has, as far as they are counted for it alone', () => {
    const request = readStorageChange(paths, {
      storageClass: CLASS,
      removeNodes: ['w2'],
    });
    const detail = (nodes: string[]) =>
      paths.gatesOf(
        request,
        factsOfTest({
          ...CLUSTER,
          volumes: [
            { storageClass: CLASS, provisionedBy: LOCAL, count: 3, nodes },
          ],
        }),
      )[0].detail;
    expect(detail(['w2'])).toBe(`It has 3 volumes of ${CLASS}.`);
    expect(detail(['w1', 'w2'])).toBe(`It has some of 3 volumes of ${CLASS}.`);
  });

  it('does not mind volumes of a CSI driver, which are on no node', () => {
    expect(
      plan({
        input: { removeNodes: ['w2'] },
        facts: {
          csiDrivers: [{ name: 'driver.longhorn.io' }],
          volumes: [
            { storageClass: CLASS, provisionedBy: 'driver.longhorn.io' },
          ],
        },
      }),
    ).toMatchObject({ changed: true });
  });

  it('tells of volumes in a folder that goes, and of a class without a node', () => {
    expect(
      plan({
        input: {
          nodes: [
            { node: 'w1', paths: [] },
            { node: 'w2', paths: [] },
          ],
        },
        facts: {
          volumes: [
            { storageClass: CLASS, provisionedBy: LOCAL, nodes: ['w1'] },
          ],
        },
      }).warnings.map(({ code }) => code),
    ).toEqual(['volumesStay', 'noNodeLeft']);
  });

  it('refuses a class with one shared file system, in Git or live', () => {
    expect(
      refused({
        input: add('w3'),
        files: {
          'local-path.yaml': HELM.replace(
            'tenant-storage-class:\n',
            'tenant-storage-class:\n        sharedFileSystemPath: /shared\n',
          ),
        },
      }),
    ).toEqual([{ code: 'notSupported', field: 'storageClass' }]);
    expect(
      refused({
        input: add('w3'),
        facts: {
          localPathMaps: [
            { storageClass: CLASS, sharedFileSystemPath: '/shared' },
          ],
        },
      }),
    ).toEqual([{ code: 'notSupported', field: 'storageClass' }]);
  });

  it('refuses a class that local-path does not have, and a repository without local-path', () => {
    expect(refused({ input: { storageClass: 'other', ...add('w3') } })).toEqual(
      [{ code: 'notFound', field: 'storageClass' }],
    );
    expect(refused({ input: add('w3'), files: {} })).toEqual([
      { code: 'notFound', field: 'locators.localPath' },
    ]);
  });

  it('refuses two releases of local-path, and names both', () => {
    const planned = plan({
      input: add('w3'),
      files: {
        'a.yaml': HELM,
        'b.yaml': HELM.replace('name: local-path-provisioner', 'name: second'),
      },
    });
    expect(planned.refusals).toMatchObject([{ code: 'manifestAmbiguous' }]);
    expect(planned.refusals[0].message).toMatch(/a\.yaml.* and b\.yaml/);
  });

  it('is judged again until it is merged', () => {
    const request = readStorageChange(paths, {
      storageClass: CLASS,
      ...add('w3'),
      removeNodes: ['w2'],
    });
    const states = (facts: FactsOfTest) =>
      paths
        .gatesOf(request, factsOfTest({ ...CLUSTER, ...facts }))
        .map(({ id, state }) => [id, state]);
    expect(states({})).toEqual([
      ['nodeThere.w3', 'passed'],
      ['noVolumesOn.w2', 'passed'],
    ]);
    expect(
      states({
        nodes: [{ name: 'w1' }],
        volumes: [{ storageClass: CLASS, provisionedBy: LOCAL, nodes: ['w2'] }],
      }),
    ).toEqual([
      ['nodeThere.w3', 'failed'],
      ['noVolumesOn.w2', 'failed'],
    ]);
    expect(states({ nodes: [{ name: 'w3', controlPlane: true }] })[0]).toEqual([
      'nodeThere.w3',
      'failed',
    ]);
    expect(states({ nodes: 'unknown', volumes: 'unknown' })).toEqual([
      ['nodeThere.w3', 'unknown'],
      ['noVolumesOn.w2', 'unknown'],
    ]);
  });

  it("has arrived when the provisioner's ConfigMap says so", () => {
    const request = readStorageChange(paths, {
      storageClass: CLASS,
      ...add('w3'),
      removeNodes: ['w2'],
    });
    const arrival = (localPathMaps: FactsOfTest['localPathMaps']) =>
      paths.arrivalOf(request, factsOfTest({ localPathMaps }));
    const w3 = { node: 'w3', paths: ['/var/data/tenant'] };
    expect(arrival('unknown')).toEqual({ known: false });
    expect(arrival([])).toMatchObject({ known: true, arrived: false });
    expect(
      arrival([
        { storageClass: CLASS, nodePaths: [{ node: 'w2', paths: [] }] },
      ]),
    ).toEqual({
      known: true,
      arrived: false,
      missing:
        'The ConfigMap kmetal-local-path-storage/local-path-config has other paths for w3. It still lists w2.',
    });
    expect(arrival([{ storageClass: CLASS, nodePaths: [w3] }])).toMatchObject({
      arrived: true,
    });
    expect(arrival([{ storageClass: null, nodePaths: [w3] }])).toMatchObject({
      arrived: true,
    });
  });
});

describe.each(SWAP_LAYOUTS)('in a repository with $name', layout => {
  const file = layout.values;
  const planned = (input: Record<string, unknown>) => {
    const made = planStorageChange(paths, {
      underCluster: 'muc-1',
      input: { storageClass: CLASS, ...input },
      reason: 'A new worker.',
      requester: 'user:default/ops',
      repositories: [repositoryOf(layout)],
      facts: factsOfTest(CLUSTER),
    });
    expect(
      faultsOf(repositoryOf(layout), made, {
        keepsComments: !input.removeNodes,
      }),
    ).toEqual([]);
    return made;
  };
  const lines = (input: Record<string, unknown>) =>
    planned(input)
      .diff.split('\n')
      .filter(line => /^[-+]/.test(line));

  /** As deep as the map is, with what is in the file. */
  const at = (...texts: string[]) => {
    const [, deep] = /^( *)- node: w1/m.exec(layout.files[file]) ?? [];
    return [
      `--- a/${file}`,
      `+++ b/${file}`,
      ...texts.map(text => `${text[0]}${deep}${text.slice(1)}`),
    ];
  };

  it('adds a worker to the one file that has the map', () => {
    expect(lines(add('w3'))).toEqual(
      at('+- node: w3', '+  paths:', '+    - /var/data/tenant'),
    );
  });

  it('sets the folder of a worker', () => {
    expect(lines(add('w2', '/mnt/disk-1'))).toEqual(
      at('-    - /var/data/tenant', '+    - /mnt/disk-1'),
    );
  });

  it('takes a worker out, with what is said of it', () => {
    expect(lines({ removeNodes: ['w1'] })).toEqual(
      at('-- node: w1   # rack 1', '-  paths:', '-    - /var/data/tenant'),
    );
  });
});
