import { parseAllDocuments } from 'yaml';
import { gitMerge } from '../../gitops/gitMerge.testing';
import type { FactsOfTest } from '../facts.testing';
import { planStorageChange } from '../planStorageChange';
import { faultsOf } from '../storageChange.test.faults';
import { backend } from './backend';
import {
  CLASS,
  installed,
  LOCAL,
  LONGHORN,
  onLocalPath,
  open,
} from './swap.test.cluster';
import {
  repositoryOf,
  SWAP_LAYOUTS,
  type SwapLayout,
} from './swap.test.layouts';

type Files = Record<string, string>;
type Input = Record<string, unknown>;

const ROOK = 'rook-ceph.rbd.csi.ceph.com';

const INPUTS: Record<string, { driver: string; input: Input }> = {
  longhorn: {
    driver: LONGHORN,
    input: {
      longhorn: { chartVersion: '1.9.1', dataPath: '/var/lib/longhorn' },
    },
  },
  'rook-ceph': { driver: ROOK, input: { rookCeph: { pool: 'tenants' } } },
  nfs: {
    driver: 'nfs.csi.k8s.io',
    input: {
      nfs: {
        chartVersion: '4.11.0',
        server: 'nfs.example.com',
        share: '/exports/kubernetes',
      },
    },
  },
  csi: {
    driver: 'csi.hpe.com',
    input: {
      csi: {
        provisioner: 'csi.hpe.com',
        parameters: [
          { name: 'csi.storage.k8s.io/provisioner-secret-name', value: 'hpe' },
          { name: 'accessProtocol', value: 'iscsi' },
          { name: 'thin', value: 'yes' },
        ],
        allowVolumeExpansion: true,
        snapshots: true,
      },
      claimPropertySets: [
        { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
      ],
      reclaimPolicy: 'Retain',
    },
  },
};

function planned(
  layout: SwapLayout,
  files: Files,
  input: Input,
  facts: FactsOfTest,
) {
  const repository = repositoryOf(layout, files);
  const plan = planStorageChange(backend, {
    underCluster: 'muc-1',
    input,
    reason: 'Volumes shall survive their node.',
    requester: 'user:default/ops',
    repositories: [repository],
    facts: onLocalPath(facts),
  });
  expect(plan.refusals).toEqual([]);
  // A clean-up takes the map away, with what is said of it.
  const keepsComments = input.stage !== 'cleanUp';
  expect(faultsOf(repository, plan, { keepsComments })).toEqual([]);
  return plan;
}

/** The files after a plan is merged, three ways as Git does it: the plan was made on `base`. */
function merged(
  files: Files,
  plan: ReturnType<typeof planned>,
  base: Files = files,
): Files {
  const after = { ...files };
  for (const { path, content } of plan.files) {
    if (content === null) {
      expect([undefined, base[path]]).toContain(files[path]);
      delete after[path];
    } else if (files[path] !== content) {
      const result = gitMerge(files[path] ?? '', base[path] ?? '', content);
      if (result === undefined) throw new Error(`${path} conflicts`);
      after[path] = result;
    }
  }
  return after;
}

const served = (provisioner: string): FactsOfTest => ({
  storageClasses: [
    { name: 'local-path', provisioner: LOCAL },
    { name: CLASS, provisioner },
  ],
});
const gone: FactsOfTest = {
  storageClasses: [{ name: 'local-path', provisioner: LOCAL }],
};
const none: FactsOfTest = { volumes: [] };

describe.each(SWAP_LAYOUTS)('a swap, in a repository with $name', layout => {
  describe.each(Object.entries(INPUTS))('to %s', (to, { driver, input }) => {
    const there = installed(driver, to);
    const asked = (stage: string) => ({ stage, to, ...input });
    const install = () =>
      planned(
        layout,
        layout.files,
        asked('install'),
        // Rook and vendors bring their driver; those of a chart come with it.
        'chartVersion' in (Object.values(input)[0] as Input)
          ? {}
          : { csiDrivers: [{ name: driver }] },
      );
    const release = (files: Files) =>
      planned(layout, files, asked('release'), there);
    const claim = (files: Files) =>
      planned(layout, files, asked('claim'), {
        ...there,
        ...open('release', to, 'opened', input),
      });

    it('installs the driver and its canary', () => {
      expect(install().diff).toMatchSnapshot();
    });

    it('releases the name, and keeps the map', () => {
      const { diff } = release(layout.files);
      expect(diff).toMatchSnapshot();
      expect(diff.match(/^[-+] .*/gm)).toEqual([
        expect.stringMatching(/^- +create: true$/),
        expect.stringMatching(/^\+ +create: false$/),
      ]);
    });

    it('claims the name with its pin', () => {
      const plan = claim(merged(layout.files, install()));
      expect(plan.diff).toMatchSnapshot();
      const moves = plan.diff.includes('-kind: StorageProfile');
      expect(plan.body.includes('The profile moves from')).toBe(moves);
    });

    it('makes the same whether release or claim is merged first, and asks for nothing again', () => {
      const base = merged(layout.files, install());
      const first = release(base);
      const second = claim(base);
      const both = merged(merged(base, first), second, base);
      expect(merged(merged(base, second), first, base)).toEqual(both);
      expect(merged(merged(base, first), claim(merged(base, first)))).toEqual(
        both,
      );
      for (const stage of ['install', 'release', 'claim']) {
        expect(
          planned(layout, both, asked(stage), { ...there, ...gone }),
        ).toMatchObject({ changed: false });
      }
    });

    it('cleans up: the entry and the canary go, local-path stays', () => {
      const base = merged(layout.files, install());
      const swapped = merged(merged(base, release(base)), claim(base), base);
      const plan = planned(layout, swapped, asked('cleanUp'), {
        ...there,
        ...served(driver),
        ...none,
      });
      expect(plan.diff).toMatchSnapshot();
      const after = merged(swapped, plan);
      expect(after[layout.values]).toContain('local-path:');
      expect(after[layout.values]).not.toContain('/var/data/tenant');
      expect(
        planned(layout, after, asked('cleanUp'), {
          ...there,
          ...served(driver),
          ...none,
        }),
      ).toMatchObject({ changed: false });
    });
  });

  describe('and back to local-path', () => {
    const { input } = INPUTS.longhorn;
    const there = installed(LONGHORN, 'longhorn');
    const swapped = () => {
      const base = merged(
        layout.files,
        planned(
          layout,
          layout.files,
          { stage: 'install', to: 'longhorn', ...input },
          {},
        ),
      );
      const released = planned(
        layout,
        base,
        { stage: 'release', to: 'longhorn', ...input },
        there,
      );
      const claimed = planned(
        layout,
        base,
        { stage: 'claim', to: 'longhorn', ...input },
        { ...there, ...open('release', 'longhorn') },
      );
      return merged(merged(base, released), claimed, base);
    };
    const back = { to: 'local-path' };
    const live = { ...there, ...served(LONGHORN) };

    it('has nothing to install', () => {
      expect(
        planned(layout, swapped(), { stage: 'install', ...back }, live),
      ).toMatchObject({ changed: false });
    });

    it('releases the name: the class leaves Git, its pin stays', () => {
      const plan = planned(
        layout,
        swapped(),
        { stage: 'release', ...back },
        live,
      );
      expect(plan.diff).toMatchSnapshot();
      expect(Object.values(merged(swapped(), plan)).join('\n')).toMatch(
        /kind: StorageProfile/,
      );
    });

    it("claims the name in local-path's values", () => {
      const plan = planned(
        layout,
        swapped(),
        { stage: 'claim', ...back },
        {
          ...live,
          ...open('release', 'local-path'),
        },
      );
      expect(plan.diff).toMatchSnapshot();
      expect(plan.diff.match(/^[-+] .*/gm)).toEqual([
        expect.stringMatching(/^- +create: false$/),
        expect.stringMatching(/^\+ +create: true$/),
      ]);
    });

    it('cleans up the canary, once no volume is left on Longhorn', () => {
      const base = swapped();
      const released = planned(
        layout,
        base,
        { stage: 'release', ...back },
        live,
      );
      const claimed = planned(
        layout,
        base,
        { stage: 'claim', ...back },
        {
          ...live,
          ...open('release', 'local-path'),
        },
      );
      const after = merged(merged(base, released), claimed, base);
      expect(
        planned(layout, after, { stage: 'cleanUp', ...back }, there).diff,
      ).toMatchSnapshot();
    });

    it('enters the class again, where it has left the map', () => {
      const base = swapped();
      const cleaned = merged(
        base,
        planned(
          layout,
          base,
          { stage: 'cleanUp', to: 'longhorn', ...input },
          {
            ...live,
            ...none,
          },
        ),
      );
      const nodes = [{ node: 'w1', paths: ['/var/data/tenant'] }];
      expect(
        planned(
          layout,
          cleaned,
          { stage: 'install', ...back, localPath: { nodes } },
          { ...live, localPathMaps: [{ storageClass: 'local-path' }] },
        ).diff,
      ).toMatchSnapshot();
    });

    const of = (files: Files, kind: string) =>
      Object.values(files)
        .flatMap(text => parseAllDocuments(text))
        .map(document => document.toJS())
        .filter(
          data =>
            data?.kind === kind &&
            data.metadata.name === 'tenant-storage-class',
        );

    /** One more swap between drivers; both requests are made before either is merged. */
    function swappedOn(
      base: Files,
      to: keyof typeof INPUTS,
      from: string,
      by: string,
    ) {
      const wish = { to, ...INPUTS[to].input };
      const facts = { ...installed(by, to), ...served(from) };
      const released = planned(
        layout,
        base,
        { stage: 'release', ...wish },
        facts,
      );
      const claimed = planned(
        layout,
        base,
        { stage: 'claim', ...wish },
        { ...facts, ...open('release', to) },
      );
      const after = merged(merged(base, released), claimed, base);
      expect(merged(merged(base, claimed), released, base)).toEqual(after);
      expect(of(after, 'StorageClass')).toMatchObject([{ provisioner: by }]);
      // The repository may have another under cluster's, too.
      expect(of(after, 'StorageProfile')).toEqual(of(base, 'StorageProfile'));
      return { after, released, claimed };
    }

    it('or on to Rook-Ceph: the class changes its manifest, its pin stays', () => {
      const { released, claimed } = swappedOn(
        swapped(),
        'rook-ceph',
        LONGHORN,
        ROOK,
      );
      expect(released.diff).toMatchSnapshot();
      expect(claimed.diff).toMatchSnapshot();
    });

    it('and back, and on again, without a conflict', () => {
      const first = swappedOn(swapped(), 'rook-ceph', LONGHORN, ROOK);
      const second = swappedOn(first.after, 'longhorn', ROOK, LONGHORN);
      const third = swappedOn(second.after, 'rook-ceph', LONGHORN, ROOK);
      expect(third.after).toEqual(first.after);
    });
  });
});

describe('a swap from a class that Git makes by itself', () => {
  const layout = SWAP_LAYOUTS.find(({ name }) => name === 'folders')!;
  const FOLDER = 'clusters/muc-1/storage';
  const PIN = layout.files[`${FOLDER}/profile.yaml`];
  const OLD = `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: tenant-storage-class
provisioner: ${LONGHORN}
`;
  const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n';
  const rook = { to: 'rook-ceph', ...INPUTS['rook-ceph'].input };
  const facts: FactsOfTest = {
    ...installed(ROOK, 'rook-ceph'),
    ...served(LONGHORN),
  };

  /** The repository, with the old class and its pin in files of their own. */
  function repositoryWith(files: Files, entries: string[]): Files {
    const { [`${FOLDER}/profile.yaml`]: _, ...rest } = layout.files;
    return {
      ...rest,
      // local-path has let go of the class before.
      [layout.values]: rest[layout.values].replace(
        /(tenant-storage-class:\n +storageClass:\n +create: )true/,
        '$1false',
      ),
      ...Object.fromEntries(
        Object.entries(files).map(([name, text]) => [
          `${FOLDER}/${name}`,
          text,
        ]),
      ),
      [`${FOLDER}/kustomization.yaml`]: [
        'apiVersion: kustomize.config.k8s.io/v1beta1',
        'kind: Kustomization',
        'resources:',
        ...['local-path.yaml', ...entries].map(entry => `  - ${entry}`),
        '',
      ].join('\n'),
    };
  }

  it.each<[string, Files, string[], string]>([
    [
      'with its pin alone',
      { 'pin.yaml': PIN, 'class.yaml': OLD },
      ['pin.yaml', 'class.yaml'],
      'pin.yaml',
    ],
    [
      'with its pin among others',
      { 'mixed.yaml': `${PIN}---\n${CONFIG}`, 'class.yaml': OLD },
      ['mixed.yaml', 'class.yaml'],
      'backend-claim-rook-ceph.yaml',
    ],
    [
      'with a pin that nothing builds',
      { 'pin.yaml': PIN, 'class.yaml': OLD },
      ['class.yaml'],
      'backend-claim-rook-ceph.yaml',
    ],
    [
      'without a pin',
      { 'class.yaml': OLD },
      ['class.yaml'],
      'backend-claim-rook-ceph.yaml',
    ],
    [
      'with its pin in one file',
      { 'all.yaml': `${PIN}---\n${OLD}` },
      ['all.yaml'],
      'backend-claim-rook-ceph.yaml',
    ],
  ])('%s, is two requests that do not conflict', (_, files, entries, into) => {
    const base = repositoryWith(files, entries);
    const released = planned(
      layout,
      base,
      { stage: 'release', ...rook },
      facts,
    );
    const claimed = planned(
      layout,
      base,
      { stage: 'claim', ...rook },
      { ...facts, ...open('release', 'rook-ceph') },
    );
    const after = merged(merged(base, released), claimed, base);
    expect(merged(merged(base, claimed), released, base)).toEqual(after);
    const made = Object.keys(after).filter(path =>
      after[path].includes(`provisioner: ${ROOK}`),
    );
    expect(made).toContain(`${FOLDER}/${into}`);
    expect(after[`${FOLDER}/kustomization.yaml`]).toContain(`- ${into}`);
    expect(JSON.stringify(after)).not.toContain(`provisioner: ${LONGHORN}`);
    expect(Object.values(after).join('\n')).toMatch(/kind: StorageProfile/);
  });
});
