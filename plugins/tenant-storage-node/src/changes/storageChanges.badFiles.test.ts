import { backend } from './backend';
import { installed } from './backend/swap.test.cluster';
import type { FactsOfTest } from './facts.testing';
import { minio } from './minio';
import { paths } from './paths';
import { profile } from './profile';
import { rookCeph } from './rookCeph';
import type { StorageChange } from './storageChange';
import {
  CLASS,
  fleet,
  LOCAL,
  LONGHORN,
  planned,
} from './storageChange.test.plan';
import { storageClass } from './storageClass';
import { tenant } from './tenant';
import { veleroLocation } from './veleroLocation';

type Input = Record<string, unknown>;

/** A change of one value of a file that is there. */
interface Edit {
  change: StorageChange<never>;
  input: Input;
  facts?: FactsOfTest;
  /** The value that is changed, by its key, in one line. */
  key: string;
  value: string;
  /** The file, with that line in it. */
  text(line: string): string;
  /** Where the value is, as a JSON patch names it. */
  pointer: string;
  /** Whether all that is asked is what the file is like, and not who owns the one value. */
  fileOnly?: boolean;
}

function editOf<Request>(
  change: StorageChange<Request>,
  edit: Omit<Edit, 'change'>,
): [string, Edit] {
  const stage = edit.input.stage ? ` (${edit.input.stage})` : '';
  return [
    `${change.kind}${stage}`,
    { ...edit, change: change as unknown as StorageChange<never> },
  ];
}

/** The manifest that a change makes anew, to be changed by the next. */
function madeBy<Request>(
  change: StorageChange<Request>,
  input: Input,
  kind: string,
  [key, value]: [string, string],
) {
  const { files } = planned(change, input);
  const [made] = files
    .flatMap(({ content }) => content!.split(/^---\n/m))
    .filter(text => text.includes(`\nkind: ${kind}\n`));
  return (line: string) => made.replace(`${key}: ${value}`, line);
}

const [{ input: ceph }] = rookCeph.examples;
const [{ input: objects }] = minio.examples;
const [{ input: nfs }] = storageClass.examples;
const NFS_OPTIONS = '[hard, nfsvers=4.1]';

const localPath = (nodePathMap: string, create: string) =>
  `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: local-path-provisioner
  namespace: kmetal-flux
spec:
  chart: { spec: { chart: local-path-provisioner, version: 0.0.30 } }
  values:
    storageClassConfigs:
      local-path:
        storageClass: { create: true }
        nodePathMap: [{ node: DEFAULT_PATH_FOR_NON_LISTED_NODES, paths: [] }]
      tenant-storage-class:
        storageClass:
          ${create}
        ${nodePathMap}
`;
const MAP =
  '[{ node: w1, paths: [/var/data/tenant] }, { node: DEFAULT_PATH_FOR_NON_LISTED_NODES, paths: [] }]';
const VALUES = `/spec/values/storageClassConfigs/${CLASS}`;

const edits = [
  editOf(veleroLocation, {
    input: { name: 'default', bucket: 'new', confirmNoTenantData: true },
    key: 'bucket',
    value: 'old',
    pointer: '/spec/objectStorage/bucket',
    text: line =>
      `apiVersion: velero.io/v1\nkind: BackupStorageLocation\nmetadata:\n  name: default\n  namespace: velero\nspec:\n  provider: aws\n  objectStorage:\n    ${line}\n`,
  }),
  editOf(veleroLocation, {
    input: {
      name: 'second',
      bucket: 'new',
      default: true,
      confirmNoTenantData: true,
    },
    key: 'default',
    value: 'true',
    pointer: '/spec/default',
    text: line =>
      `apiVersion: velero.io/v1\nkind: BackupStorageLocation\nmetadata:\n  name: default\n  namespace: velero\nspec:\n  provider: aws\n  objectStorage: { bucket: old }\n  ${line}\n`,
  }),
  editOf(profile, {
    input: {
      storageClass: CLASS,
      claimPropertySets: [
        { accessModes: ['ReadWriteOncePod'], volumeMode: 'Filesystem' },
      ],
    },
    key: 'claimPropertySets',
    value: '[{ accessModes: [ReadWriteOnce], volumeMode: Filesystem }]',
    pointer: '/spec/claimPropertySets/0/accessModes/0',
    text: line =>
      `apiVersion: cdi.kubevirt.io/v1beta1\nkind: StorageProfile\nmetadata:\n  name: ${CLASS}\nspec:\n  ${line}\n`,
  }),
  editOf(backend, {
    input: { stage: 'release', to: 'longhorn' },
    facts: {
      ...installed(LONGHORN, 'longhorn'),
      openChanges: [
        {
          change: 'backend',
          object: 'claim',
          state: 'approved',
          merged: false,
          input: { stage: 'claim', to: 'longhorn' },
        },
      ],
    },
    key: 'create',
    value: 'true',
    pointer: `${VALUES}/storageClass/create`,
    text: line => localPath(`nodePathMap: ${MAP}`, line),
  }),
  editOf(backend, {
    input: { stage: 'claim', to: 'local-path' },
    facts: {
      storageClasses: [{ name: 'local-path', provisioner: LOCAL }],
    },
    key: 'create',
    value: 'false',
    pointer: `${VALUES}/storageClass/create`,
    text: line => localPath(`nodePathMap: ${MAP}`, line),
  }),
  editOf(paths, {
    input: {
      storageClass: CLASS,
      nodes: [{ node: 'w3', paths: ['/var/data/tenant'] }],
    },
    key: 'nodePathMap',
    value: MAP,
    pointer: `${VALUES}/nodePathMap`,
    text: line => localPath(line, 'create: true'),
  }),
  editOf(tenant, {
    input: tenant.examples[0].input,
    key: 'storageClass',
    value: 'other',
    pointer: '/spec/values/webhook/storageClass',
    text: line =>
      `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: { name: kmetal-webhook, namespace: omega }\nspec:\n  chart: { spec: { chart: kmetal-webhook } }\n  values:\n    webhook:\n      replicas: 2\n      ${line}\n`,
  }),
  editOf(storageClass, {
    input: { ...nfs, nfsMountOptions: ['soft'] },
    key: 'mountOptions',
    value: NFS_OPTIONS,
    pointer: '/mountOptions/0',
    text: line =>
      `apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: { name: nfs-storage }\nprovisioner: nfs.csi.k8s.io\nparameters: { server: nfs-server.example.com, share: /exports/kubernetes, mountPermissions: "0755", onDelete: delete }\nreclaimPolicy: Retain\n${line}\n`,
  }),
  editOf(rookCeph, {
    input: { ...ceph, cephImage: 'quay.io/ceph/ceph:v19.2.4' },
    key: 'image',
    value: 'quay.io/ceph/ceph:v19.2.3',
    pointer: '/spec/cephVersion/image',
    text: madeBy(rookCeph, ceph, 'CephCluster', [
      'image',
      'quay.io/ceph/ceph:v19.2.3',
    ]),
  }),
  editOf(minio, {
    input: { ...objects, image: `minio@sha256:${'f'.repeat(64)}` },
    key: 'image',
    value: `${objects.image}`,
    pointer: '/spec/template/spec/containers/0/image',
    text: madeBy(minio, objects, 'StatefulSet', ['image', `${objects.image}`]),
  }),
];

function plan({ change, input, facts }: Edit, texts: Record<string, string>) {
  return planned(change, input, facts, [fleet(texts)]);
}

function refused(edit: Edit, texts: Record<string, string>) {
  const { refusals, files, diff, changed } = plan(edit, texts);
  expect({ files, diff, changed }).toEqual({
    files: [],
    diff: '',
    changed: false,
  });
  return refusals.map(({ code, file }) => ({ code, file }));
}

const BOMB = [
  'x0: &x0 [x, x, x, x, x, x, x, x, x, x]',
  ...Array.from(
    { length: 12 },
    (_, at) =>
      `x${at + 1}: &x${at + 1} [${Array(10).fill(`*x${at}`).join(', ')}]`,
  ),
].join('\n');

describe.each(edits)('what %s changes', (_, edit) => {
  const { key, value, pointer, text } = edit;
  const good = text(`${key}: ${value}`);
  const kind = /^kind: (.*)$/m.exec(good)![1];

  it('is changed where it is', () => {
    const { refusals, files } = plan(edit, { 'a.yaml': good });
    expect(refusals).toEqual([]);
    expect(files).toContainEqual(
      expect.objectContaining({ path: 'a.yaml', status: 'changed' }),
    );
  });

  it('keeps the line ends and the byte order mark of its file', () => {
    const windows = (each: string) => `\ufeff${each.replace(/\n/g, '\r\n')}`;
    const contentOf = (given: string) =>
      plan(edit, { 'a.yaml': given }).files.find(
        ({ path }) => path === 'a.yaml',
      )?.content;
    expect(contentOf(windows(good))).toBe(windows(contentOf(good)!));
  });

  it.each<[string, string, string]>([
    ['a key twice', `${good}apiVersion: v1\n`, 'duplicateKey'],
    ['a tab', `${good}\tx: 1\n`, 'tabIndentation'],
    ['5 MB', `${good}# ${'x'.repeat(5 * 1024 * 1024)}\n`, 'fileTooLarge'],
    ['a bomb of aliases', `${good}${BOMB}\n`, 'aliasBomb'],
    ['SOPS', `${good}sops:\n  mac: ENC[x]\n`, 'encryptedBySops'],
  ])('is refused in a file with %s', (__, bad, code) => {
    expect(refused(edit, { 'a.yaml': bad })).toContainEqual({
      code,
      file: 'a.yaml',
    });
  });

  it('is refused where it is twice, in one file or in two', () => {
    const twice: Array<Record<string, string>> = [
      { 'a.yaml': `${good}---\n${good}` },
      { 'a.yaml': good, 'b.yaml': good },
    ];
    for (const texts of twice) {
      expect(refused(edit, texts).map(({ code }) => code)).toContain(
        'manifestAmbiguous',
      );
    }
  });

  it('is refused where a patch of kustomize, or one of a component, has the last word', () => {
    const patches = `patches:\n- target: { kind: ${kind} }\n  patch: |\n    - op: replace\n      path: ${pointer}\n      value: x\n`;
    const head = 'kind: Kustomization\nresources: [a.yaml]\n';
    const patched: Record<string, Record<string, string>> = {
      'kustomization.yaml': { 'kustomization.yaml': `${head}${patches}` },
      'limits/kustomization.yaml': {
        'kustomization.yaml': `${head}components: [limits]\n`,
        'limits/kustomization.yaml': `kind: Component\n${patches}`,
      },
    };
    for (const [file, texts] of Object.entries(patched)) {
      expect(refused(edit, { 'a.yaml': good, ...texts })).toContainEqual({
        code: 'kustomizePatch',
        file,
      });
    }
  });
});

describe.each(edits.filter(([, { fileOnly }]) => !fileOnly))(
  'the value that %s changes',
  (_, edit) => {
    const { key, value, text } = edit;

    it.each<[string, string, RegExp]>([
      ['an alias', `x: &x ${value}\n${text(`${key}: *x`)}`, /^aliasValue$/],
      [
        'what a merge key brings',
        `x: &x { ${key}: ${value} }\n${text('<<: *x')}`,
        /^mergeValue$/,
      ],
      ['a value with a tag', text(`${key}: !vault ${value}`), /^customTag$/],
      [
        'a template of Helm',
        text(`${key}: "{{ .Values.x }}"`),
        // A text is no list of nodes, whatever Helm makes of it.
        key === 'nodePathMap' ? /^notScalar$/ : /^helmTemplate$/,
      ],
    ])('is refused if it is %s', (__, bad, code) => {
      expect(refused(edit, { 'a.yaml': bad })).toContainEqual(
        expect.objectContaining({ code: expect.stringMatching(code) }),
      );
    });
  },
);
