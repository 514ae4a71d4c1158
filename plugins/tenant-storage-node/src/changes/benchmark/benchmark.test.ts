import type { FactsOfTest } from '../facts.testing';
import {
  CLASS,
  fleet,
  gateOf,
  missingOf,
  planned,
} from '../storageChange.test.plan';
import { benchmark } from './benchmark';

const [{ input: run }, { input: cleanUp }] = benchmark.examples;
const NAMESPACE = 'kmetal-storage-benchmark';

function plan(
  input: Record<string, unknown>,
  facts: FactsOfTest = {},
  texts: Record<string, string> = {},
) {
  return planned(benchmark, input, facts, [fleet(texts)]);
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

const CONFIGURED = `mirror.example.com/fio:3.39@sha256:${'f'.repeat(64)}`;
const FILE = `new/benchmark-${NAMESPACE}.longhorn-1.yaml`;

function written(input: Record<string, unknown> = run): string {
  return plan(input).files[0].content ?? '';
}

const live = { namespace: NAMESPACE, name: 'longhorn-1' };

describe('a benchmark', () => {
  it('measures a volume of its own, past all caches, and runs once', () => {
    const text = written();
    expect(text).toContain('persistentVolumeClaim:');
    expect(text).toContain('--filename=/data/fio.bin');
    expect(text).toContain('--direct=1');
    expect(text).not.toContain('ttlSecondsAfterFinished');
  });

  it('reads only what it has written: the file is whole before the first measurement', () => {
    const text = written();
    expect(text.indexOf('--overwrite=1')).toBeGreaterThan(0);
    expect(text.indexOf('--overwrite=1')).toBeLessThan(text.indexOf('--name='));
  });

  it('has time to write a large file', () => {
    const deadline = (size: string) =>
      Number(
        /activeDeadlineSeconds: (\d+)/.exec(written({ ...run, size }))?.[1],
      );
    expect(deadline('10Gi')).toBe(4 * 60 + 3600 + 409);
    expect(deadline('1Ti')).toBe(4 * 60 + 3600 + 41943);
  });

  it.each(['registry.example.com/fio:latest', 'fio', 'fio:3.38'])(
    'has no image %s',
    image => {
      expect(refused({ ...run, image })).toMatchObject([
        { code: 'imageNotPinned', field: 'image' },
      ]);
    },
  );

  it('needs its class to run', () => {
    expect(refused({ ...run, storageClass: '' })).toMatchObject([
      { code: 'inputInvalid', field: 'storageClass' },
    ]);
  });

  it('runs what the configuration says, unless its form says otherwise', () => {
    const configured = { benchmark: { image: CONFIGURED } };
    const image = ({ files }: ReturnType<typeof plan>) =>
      /image: (.*)/.exec(files[0].content ?? '')?.[1];
    expect(image(plan({ ...run, image: '' }, configured))).toBe(CONFIGURED);
    expect(image(plan(run, configured))).toBe(run.image);
  });

  it('is not run again because the configured image is another now', () => {
    expect(
      plan(
        { ...run, image: undefined },
        { benchmark: { image: CONFIGURED } },
        { 'b.yaml': written() },
      ),
    ).toMatchObject({ changed: false, refusals: [] });
  });

  it('without an image says where one can be given', () => {
    expect(plan({ ...run, image: '' }).refusals).toMatchObject([
      {
        code: 'inputInvalid',
        field: 'image',
        remedy: expect.stringContaining(
          'tenantStorage.defaults.benchmark.image',
        ),
      },
    ]);
  });

  it('runs no configured image without its digest either', () => {
    expect(
      refused({ ...run, image: '' }, { benchmark: { image: 'fio:latest' } }),
    ).toMatchObject([{ code: 'imageNotPinned', field: 'image' }]);
  });

  it('is cleaned up without any image', () => {
    expect(refused(cleanUp, {}, { [FILE]: written() })).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, FactsOfTest, string, string]>([
    ['of no class', { storageClass: 'x' }, {}, 'notFound', 'storageClass'],
    ['of a tenant', { namespace: 'alpha' }, {}, 'unsafe', 'namespace'],
    [
      'of the tenants’ class by accident',
      { storageClass: CLASS },
      {},
      'confirmationMissing',
      'confirmLoad',
    ],
    ['of memory', { size: '512Mi' }, {}, 'sizeInvalid', 'size'],
    ['of a second', { seconds: 1 }, {}, 'inputInvalid', 'seconds'],
    ['that ran', {}, { jobs: [live] }, 'nameTaken', 'name'],
    ['in a claim that is there', {}, { claims: [live] }, 'nameTaken', 'name'],
    [
      'beyond a quota',
      {},
      {
        resourceQuotas: [
          {
            namespace: NAMESPACE,
            hard: { 'requests.storage': '5Gi' },
            used: { 'requests.storage': '0' },
          },
        ],
      },
      'headroomTooSmall',
      'size',
    ],
  ])('is refused %s', (_, more, facts, code, field) => {
    expect(refused({ ...run, ...more }, facts)).toMatchObject([
      { code, field },
    ]);
  });

  it('is not made another under its name', () => {
    const texts = { 'b.yaml': written() };
    expect(plan(run, {}, texts)).toMatchObject({
      changed: false,
      refusals: [],
    });
    for (const more of [{ seconds: 30 }, { storageClass: 'ceph' }]) {
      expect(refused({ ...run, ...more }, {}, texts)).toMatchObject([
        { code: 'nameTaken', field: 'name' },
      ]);
    }
  });

  it.each([0, 1])('is not said to be there by half of it: %d', half => {
    expect(
      refused(run, {}, { 'b.yaml': written().split('---\n')[half] }),
    ).toMatchObject([{ code: 'nameTaken', field: 'name' }]);
  });

  it.each<[FactsOfTest, string]>([
    [{ jobs: 'unknown' }, 'runsUnknown'],
    [{ claims: 'unknown' }, 'runsUnknown'],
    [{ tenants: 'unknown' }, 'tenantsUnknown'],
  ])('does not take what is not seen for none: %j', (facts, code) => {
    expect(warned(run, facts)).toEqual([code]);
  });

  it('keeps a Kustomization that waits from being ready', () => {
    expect(warned(run, { kustomizations: [{ wait: true }] })).toEqual([
      'readyLater',
    ]);
  });

  it('tells what it can’t look at, and what it does not measure', () => {
    expect(
      warned(run, { storageClasses: 'unknown', resourceQuotas: 'unknown' }),
    ).toEqual(['classUnknown', 'quotaUnknown']);
    expect(warned({ ...run, storageClass: 'local-path' })).toEqual(['oneDisk']);
  });

  it('of local-path runs where that makes volumes', () => {
    expect(written({ ...run, storageClass: 'local-path' })).toContain(
      'node-role.kubernetes.io/control-plane: ""',
    );
  });
});

describe('its clean-up', () => {
  it.each([
    ['in one file', { [FILE]: written() }],
    [
      'in two',
      Object.fromEntries(
        written()
          .split('---\n')
          .map((text, at) => [`b${at}.yaml`, text]),
      ),
    ],
    ['the Job alone', { 'b.yaml': written().split('---\n')[1] }],
    ['the claim alone', { 'b.yaml': written().split('---\n')[0] }],
  ])('takes away what is there: %s', (_, texts) => {
    const { files, refusals } = plan(cleanUp, {}, texts);
    expect(refusals).toEqual([]);
    expect(files.map(({ status }) => status)).toEqual(
      Object.keys(texts).map(() => 'deleted'),
    );
  });

  it('leaves what stands beside it', () => {
    const other = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\n';
    const texts = { 'b.yaml': `${other}---\n${written()}---\n${other}` };
    expect(plan(cleanUp, {}, texts).files[0].content).toBe(
      `${other}---\n${other}`,
    );
  });

  it('takes nothing away that is no benchmark', () => {
    const texts = {
      'b.yaml': written().replace(/^ {2}labels:\n.*\n/gm, ''),
    };
    expect(refused(cleanUp, {}, texts)).toEqual([
      {
        code: 'nameTaken',
        field: 'name',
        message: expect.stringContaining('PersistentVolumeClaim'),
      },
      {
        code: 'nameTaken',
        field: 'name',
        message: expect.stringContaining('Job'),
      },
    ]);
  });

  it('tells that nothing is there, runs still, or is never pruned', () => {
    expect(plan(cleanUp)).toMatchObject({
      changed: false,
      summary: `There is no benchmark longhorn-1 of ${NAMESPACE} in Git.`,
    });
    expect(
      warned(
        cleanUp,
        { jobs: [live], kustomizations: [{ prune: false }] },
        { [FILE]: written() },
      ),
    ).toEqual(['running', 'neverPruned']);
  });

  it('tells that a class that retains volumes keeps this one, too', () => {
    expect(
      warned(
        cleanUp,
        { storageClasses: [{ name: 'longhorn', reclaimPolicy: 'Retain' }] },
        { [FILE]: written() },
      ),
    ).toEqual(['volumeKept']);
  });

  it('is done once the claim is gone, too', () => {
    expect(missingOf(benchmark, cleanUp, { claims: [live] })).toBe(
      'Still there: the claim longhorn-1.',
    );
    expect(missingOf(benchmark, cleanUp, { claims: 'unknown' })).toBeNull();
  });
});

it.each<[string, Record<string, unknown>, FactsOfTest, string]>([
  ['namespaceThere', run, {}, 'passed'],
  ['namespaceThere', run, { namespaces: [] }, 'failed'],
  [
    'namespaceThere',
    run,
    { namespaces: [{ name: NAMESPACE, deletedAt: '2026-11-23T00:00:00Z' }] },
    'failed',
  ],
  ['namespaceThere', run, { namespaces: 'unknown' }, 'unknown'],
  ['benchmarkEnded', cleanUp, {}, 'passed'],
  ['benchmarkEnded', cleanUp, { jobs: [live] }, 'failed'],
  ['benchmarkEnded', cleanUp, { jobs: 'unknown' }, 'unknown'],
])('has the gate %s for %j with %j: %s', (id, input, facts, state) => {
  expect(gateOf(benchmark, input, facts)).toEqual([{ id, state }]);
});

it.each<[string, Record<string, unknown>, FactsOfTest['jobs'], string | null]>([
  ['run', run, 'unknown', null],
  ['run', run, [], 'The Job longhorn-1 is not there yet.'],
  ['run', run, [live], 'The benchmark longhorn-1 still runs.'],
  [
    'run',
    run,
    [{ ...live, failed: true }],
    'The benchmark longhorn-1 failed: its log says why.',
  ],
  ['run', run, [{ ...live, succeeded: true }], ''],
  ['cleanUp', cleanUp, [live], 'Still there: the Job longhorn-1.'],
  ['cleanUp', cleanUp, [], ''],
])('arrives, %s', (_, input, jobs, missing) => {
  expect(missingOf(benchmark, input, { jobs })).toBe(missing);
});
