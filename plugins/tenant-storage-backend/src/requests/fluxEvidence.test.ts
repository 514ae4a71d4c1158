import { sha } from '../gitHost/gitHubServer.test.server';
import { inventoryOf, quota, type Content } from '../views/inventoryOf.testing';
import { commitOf, fluxEvidence } from './fluxEvidence';

const MERGE = sha('c');

type Given = NonNullable<Content['Kustomization']>[number];

function kustomization(name: string, parts: Partial<Given> = {}): Given {
  return {
    name,
    namespace: 'flux-system',
    suspended: false,
    ready: { status: 'True' },
    lastAppliedRevision: `main@sha1:${sha('a')}`,
    ...parts,
  };
}

const APPLIED = { lastAppliedRevision: `main@sha1:${sha('d')}` };

function flux(all: Given[], owner?: string) {
  const labels = owner
    ? {
        'kustomize.toolkit.fluxcd.io/name': owner,
        'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
      }
    : undefined;
  const asked: string[] = [];
  const evidence = fluxEvidence(
    inventoryOf({
      ResourceQuota: [{ ...quota('50Gi', '1Gi'), labels }],
      Kustomization: all,
    }),
    { tenant: 'alpha' },
    async commit => {
      asked.push(commit);
      return commit === MERGE || commit === sha('d');
    },
  );
  return { asked, evidence };
}

describe('what Flux tells of a merge', () => {
  it.each([
    [`main@sha1:${MERGE}`, MERGE],
    [`v1.2.3@sha1:${MERGE}`, MERGE],
    [`sha1:${MERGE}`, MERGE],
    [`main/${MERGE}`, MERGE],
    [`feature/x@sha1:${MERGE}`, MERGE],
    [`latest@sha256:${'e'.repeat(64)}`, undefined],
    ['main', undefined],
  ])('is of the commit of %s', (revision, commit) => {
    expect(commitOf(revision)).toBe(commit);
  });

  it('is what the Kustomization tells that applies the quota', async () => {
    const all = [kustomization('tenants'), kustomization('apps', APPLIED)];
    expect(await flux(all, 'tenants').evidence).toMatchObject({
      owner: 'flux-system/tenants',
      applied: false,
    });
    expect(await flux(all, 'apps').evidence).toMatchObject({ applied: true });
  });

  it('is what any tells where nobody knows which one applies it, and each revision is compared once', async () => {
    const { evidence, asked } = flux([
      kustomization('one'),
      kustomization('two'),
      kustomization('three', APPLIED),
    ]);
    expect(await evidence).toMatchObject({ owner: null, applied: true });
    expect(asked).toEqual([sha('a'), sha('d')]);
  });

  it('is not the failure of others that have nothing to do with it', async () => {
    const failing = { status: 'False', reason: 'BuildFailed', message: 'x' };
    expect(
      await flux([
        kustomization('one', { ready: failing }),
        kustomization('two', { suspended: true }),
      ]).evidence,
    ).toMatchObject({ failing: null, suspended: false });
    expect(
      await flux([
        kustomization('one', {
          ready: failing,
          lastAttemptedRevision: `main@sha1:${MERGE}`,
        }),
      ]).evidence,
    ).toMatchObject({
      failing: {
        by: 'flux-system/one',
        words: 'BuildFailed: x',
        ofTheMerge: true,
      },
    });
  });

  it('is found among many, whatever others failed at', async () => {
    const others = Array.from({ length: 6 }, (_, at) =>
      kustomization(`other-${at}`, {
        ready: { status: 'False' },
        lastAppliedRevision: `main@sha1:${`${at}`.padStart(40, '0')}`,
        lastAttemptedRevision: `main@sha1:${`${at}`.padStart(40, '1')}`,
      }),
    );
    expect(
      await flux([...others, kustomization('one', APPLIED)]).evidence,
    ).toMatchObject({ applied: true, failing: null });
  });

  it('is nothing where Flux applies no commits, or is not there', async () => {
    expect(
      await flux([
        kustomization('one', {
          lastAppliedRevision: `latest@sha256:${'e'.repeat(64)}`,
        }),
      ]).evidence,
    ).toEqual({ seen: false });
    expect(await flux([]).evidence).toEqual({ seen: false });
    expect(
      await fluxEvidence(undefined, { tenant: 'alpha' }, async () => true),
    ).toEqual({
      seen: false,
    });
  });
});

describe("what Flux tells of a change of the under cluster's storage", () => {
  const CLASS = 'clusters/muc-1/storage/class.yaml';
  const BASE = 'base/storage/class.yaml';
  const FAILING = {
    lastAttemptedRevision: `main@sha1:${MERGE}`,
    ready: { status: 'False', reason: 'BuildFailed', message: 'x' },
  } as const;

  function storage(
    all: Given[],
    files: string[] = [],
    contains = async (commit: string): Promise<boolean | undefined> =>
      commit === MERGE || commit === sha('d'),
  ) {
    return fluxEvidence(
      inventoryOf({ Kustomization: all }),
      { tenant: null, files },
      contains,
    );
  }

  const from = (source: string, parts: Partial<Given> = {}) => ({
    source: `GitRepository/${source}`,
    ...parts,
  });

  it('is what the Kustomization tells whose folder the files are in, the one next to them', async () => {
    const behind = [
      kustomization('root', { path: './', ...APPLIED }),
      kustomization('muc-1', { path: './clusters/muc-1', ...APPLIED }),
      kustomization('storage', { path: 'clusters/muc-1/storage/' }),
      kustomization('other', { path: './clusters/muc-1/sto', ...APPLIED }),
    ];
    expect(await storage(behind, [CLASS])).toMatchObject({
      owner: null,
      applied: false,
      waitsFor: [{ name: 'flux-system/storage', suspended: false }],
    });
    const done = [
      kustomization('root', { path: './', suspended: true }),
      kustomization('apps', { path: './apps', ...FAILING }),
      kustomization('storage', { path: 'clusters/muc-1/storage', ...APPLIED }),
    ];
    expect(await storage(done, [CLASS])).toMatchObject({
      applied: true,
      waitsFor: [],
      suspended: false,
      failing: null,
    });
    const two = [kustomization('muc-1', { path: './clusters/muc-1' }), done[2]];
    expect(
      await storage(two, [CLASS, 'clusters/muc-1/kustomization.yaml']),
    ).toMatchObject({
      applied: false,
      waitsFor: [{ name: 'flux-system/muc-1', suspended: false }],
    });
  });

  it('is what all of the source tell that has the merge, where a file is in the folder of none', async () => {
    const path = './clusters/muc-1';
    const both = [
      kustomization('apps', from('fleet', { path: './apps', ...APPLIED })),
      kustomization('storage', from('flux-system/fleet', { path })),
      kustomization('monitoring', from('other', { path: './monitoring' })),
    ];
    expect(await storage(both, [CLASS, BASE])).toMatchObject({
      applied: false,
      waitsFor: [{ name: 'flux-system/storage', suspended: false }],
    });
    Object.assign(both[1], APPLIED);
    expect(await storage(both, [CLASS, BASE])).toMatchObject({
      applied: true,
      waitsFor: [],
    });
    expect(await storage(both)).toMatchObject({ applied: true });
  });

  it('takes no source for another of the same name in another namespace', async () => {
    const all = [
      kustomization('storage', from('fleet', APPLIED)),
      kustomization('apps', from('fleet', { namespace: 'apps' })),
    ];
    expect(await storage(all)).toMatchObject({ applied: true });
  });

  it('is what deeper ones tell, too, where a file may be a base of theirs', async () => {
    const root = kustomization('root', { path: './', ...APPLIED });
    const muc = { path: './clusters/muc-1' };
    expect(
      await storage([root, kustomization('muc-1', muc)], [BASE]),
    ).toMatchObject({
      applied: false,
      waitsFor: [{ name: 'flux-system/muc-1', suspended: false }],
    });
    expect(
      await storage(
        [root, kustomization('muc-1', { ...muc, ...FAILING })],
        [BASE],
      ),
    ).toMatchObject({
      applied: false,
      failing: { by: 'flux-system/muc-1', ofTheMerge: false },
    });
    expect(
      await storage(
        [root, kustomization('muc-1', { ...muc, ...APPLIED })],
        [BASE],
      ),
    ).toMatchObject({ applied: true });
  });

  it('is a failure at the merge at once of who applies it, or while nobody has', async () => {
    const path = './clusters/muc-1/storage';
    const failing = { by: 'flux-system/storage', words: 'BuildFailed: x' };
    const storageFails = kustomization('storage', { path, ...FAILING });
    const apps = kustomization('apps', { path: './apps', ...APPLIED });
    expect(await storage([apps, storageFails], [CLASS])).toMatchObject({
      applied: false,
      failing: { ...failing, ofTheMerge: true },
    });
    // Nobody knows which of them has the base in it.
    expect(await storage([apps, storageFails], [BASE])).toMatchObject({
      applied: false,
      failing: { ...failing, ofTheMerge: false },
    });
    expect(await storage([storageFails], [BASE])).toMatchObject({
      failing: { ...failing, ofTheMerge: true },
    });
  });

  it('is another failure of who applies it once it takes too long, and of nobody else', async () => {
    const trouble = { ...FAILING, lastAttemptedRevision: undefined };
    const path = './clusters/muc-1/storage';
    const all = [kustomization('storage', { path, ...trouble })];
    expect(await storage(all, [CLASS])).toMatchObject({
      applied: false,
      failing: { by: 'flux-system/storage', ofTheMerge: false },
    });
    expect(await storage(all, [BASE])).toMatchObject({
      applied: false,
      failing: null,
    });
  });

  it('is no waiting for one that is suspended and may have nothing to do with it, but names that', async () => {
    const all = [
      kustomization('storage', { path: './clusters', ...APPLIED }),
      kustomization('apps', { path: './apps', suspended: true }),
    ];
    expect(await storage(all, [BASE])).toMatchObject({
      applied: true,
      waitsFor: [],
      suspended: false,
      failing: {
        by: 'flux-system/apps',
        words: 'it is suspended',
        ofTheMerge: true,
      },
    });
    expect(await storage(all, ['apps/class.yaml'])).toMatchObject({
      applied: false,
      waitsFor: [{ name: 'flux-system/apps', suspended: true }],
      suspended: true,
    });
  });

  it('is that it is switched off while nobody has applied it, and all are suspended that may', async () => {
    const all = ['storage', 'apps'].map(name =>
      kustomization(name, { path: `./${name}`, suspended: true }),
    );
    expect(await storage(all, [BASE])).toMatchObject({
      applied: false,
      suspended: true,
    });
    all[0].suspended = false;
    expect(await storage(all, [BASE])).toMatchObject({
      applied: false,
      suspended: false,
    });
  });

  it('is not known where revisions can not be compared, whatever other repositories tell', async () => {
    const all = [
      kustomization(
        'storage',
        from('fleet', { path: './clusters', suspended: true }),
      ),
      kustomization('apps', from('apps', { path: './', ...APPLIED })),
    ];
    const unknown = async () => undefined;
    expect(await storage(all, [CLASS], unknown)).toMatchObject({
      applied: undefined,
      waitsFor: [],
      suspended: false,
    });
    const onlyAppsKnown = async (commit: string) =>
      commit === sha('d') ? false : undefined;
    expect(await storage(all, [CLASS], onlyAppsKnown)).toMatchObject({
      applied: undefined,
      waitsFor: [],
      suspended: false,
    });
  });

  it('blames none of other repositories where nothing has the merge', async () => {
    const all = [
      kustomization('storage', from('fleet')),
      kustomization('apps', from('apps')),
    ].map(each => ({ ...each, path: './deep/down' }));
    expect(await storage(all, [BASE])).toMatchObject({
      applied: false,
      waitsFor: [],
    });
  });

  it('is told where there are many Kustomizations at many revisions', async () => {
    const others = Array.from({ length: 20 }, (_, at) =>
      kustomization(`other-${at}`, {
        path: './other',
        lastAppliedRevision: `main@sha1:${`${at}`.padStart(40, '0')}`,
      }),
    );
    const holder = kustomization('storage', { path: './clusters', ...APPLIED });
    expect(await storage([...others, holder], [CLASS])).toMatchObject({
      applied: true,
    });
    const sources = others.map((each, at) => ({
      ...each,
      source: `GitRepository/other-${at}`,
    }));
    expect(await storage([...sources, holder], [BASE])).toMatchObject({
      applied: undefined,
      waitsFor: [],
    });
  });
});
