import type { FactsOfTest } from '../facts.testing';
import {
  fleet,
  gateOf,
  LOCAL,
  LONGHORN,
  missingOf,
  planned,
  RBD,
} from '../storageChange.test.plan';
import { snapshot } from './snapshot';

const asked = { namespace: 'alpha', claim: 'pvc-1', name: 'before' };
const claim = {
  namespace: 'alpha',
  name: 'pvc-1',
  storageClass: 'longhorn',
  provisionedBy: LONGHORN,
};
const seen: FactsOfTest = {
  claims: [claim],
  snapshotClasses: [
    { name: 'longhorn', driver: LONGHORN },
    { name: 'ceph', driver: RBD },
  ],
};

function plan(
  input: Record<string, unknown>,
  facts: FactsOfTest = {},
  texts: Record<string, string> = {},
) {
  return planned(snapshot, input, { ...seen, ...facts }, [fleet(texts)]);
}

function refused(...args: Parameters<typeof plan>) {
  return plan(...args).refusals.map(({ code, field, message }) => ({
    code,
    field,
    message,
  }));
}

describe('a snapshot', () => {
  it('is never pruned: with it would go what is in it', () => {
    expect(plan(asked).diff).toContain(
      '+    kustomize.toolkit.fluxcd.io/prune: disabled\n',
    );
    expect(plan(asked).warnings.map(({ code }) => code)).toEqual([
      'deletedWithObject',
      'crashConsistent',
    ]);
  });

  it('takes the class of its driver by itself, and no other', () => {
    expect(plan(asked).diff).toContain('+  volumeSnapshotClassName: longhorn');
    expect(refused({ ...asked, snapshotClass: 'ceph' })).toEqual([
      {
        code: 'notSupported',
        field: 'snapshotClass',
        message: `ceph is of the driver ${RBD}, and pvc-1 is served by ${LONGHORN}.`,
      },
    ]);
    expect(refused({ ...asked, snapshotClass: 'gold' })).toMatchObject([
      { code: 'notSupported', field: 'snapshotClass' },
    ]);
  });

  it('takes the default of two classes, and guesses none', () => {
    const two = (isDefault: boolean) => ({
      snapshotClasses: [
        { name: 'a', driver: LONGHORN },
        { name: 'b', driver: LONGHORN, isDefault },
      ],
    });
    expect(plan(asked, two(true)).diff).toContain('ClassName: b\n');
    expect(refused(asked, two(false))).toEqual([
      {
        code: 'notSupported',
        field: 'snapshotClass',
        message: expect.stringContaining('a, b'),
      },
    ]);
  });

  it('is not taken of local-path, not even once its class is Longhorn’s', () => {
    expect(
      refused(asked, { claims: [{ ...claim, provisionedBy: LOCAL }] }),
    ).toEqual([
      {
        code: 'notSupported',
        field: 'claim',
        message: `pvc-1 is served by ${LOCAL}, which is no CSI driver and takes no snapshots.`,
      },
    ]);
  });

  it.each<[string, FactsOfTest, string, string]>([
    ['no claim', { claims: [] }, 'notFound', 'claim'],
    [
      'a claim that waits',
      { claims: [{ ...claim, phase: 'Pending' }] },
      'notReady',
      'claim',
    ],
    ['claims that nobody sees', { claims: 'unknown' }, 'factUnknown', 'claim'],
    [
      'drivers that nobody sees',
      { csiDrivers: 'unknown' },
      'factUnknown',
      'claim',
    ],
    [
      'classes that nobody sees',
      { snapshotClasses: 'unknown' },
      'factUnknown',
      'snapshotClass',
    ],
    [
      'no class at all',
      { snapshotClasses: 'notInstalled' },
      'notSupported',
      'snapshotClass',
    ],
  ])('is refused with %s', (_, facts, code, field) => {
    expect(refused(asked, facts)).toMatchObject([{ code, field }]);
  });

  it('is taken once: its name is not used again', () => {
    const live = { namespace: 'alpha', name: 'before', claim: 'pvc-0' };
    expect(refused(asked, { snapshots: [live] })).toEqual([
      {
        code: 'nameTaken',
        field: 'name',
        message: expect.stringContaining('already, of pvc-0'),
      },
    ]);
    const written = plan(asked).files;
    const texts = Object.fromEntries(
      written.map(({ path, content }) => [path, content ?? '']),
    );
    expect(plan(asked, {}, texts)).toMatchObject({
      changed: false,
      refusals: [],
    });
    const other = { ...claim, name: 'pvc-2' };
    expect(
      refused({ ...asked, claim: 'pvc-2' }, { claims: [other] }, texts),
    ).toMatchObject([{ code: 'nameTaken', field: 'name' }]);
    const snapshotClasses = ['longhorn', 'other'].map(name => ({
      name,
      driver: LONGHORN,
    }));
    expect(
      refused({ ...asked, snapshotClass: 'other' }, { snapshotClasses }, texts),
    ).toMatchObject([{ code: 'nameTaken', field: 'name' }]);
    expect(plan(asked, { snapshots: 'unknown' }).warnings[0]).toMatchObject({
      code: 'snapshotsUnknown',
    });
  });
});

it.each<[string, FactsOfTest]>([
  ['passed', seen],
  ['failed', {}],
  ['unknown', { claims: 'unknown' }],
])('has a gate for the claim: %s', (state, facts) => {
  expect(gateOf(snapshot, asked, facts)).toEqual([{ id: 'claimBound', state }]);
});

const live = { namespace: 'alpha', name: 'before' };
it.each<[FactsOfTest['snapshots'], string | null]>([
  ['unknown', null],
  [[], 'The snapshot before is not there yet.'],
  [[{ ...live, ready: false }], 'The snapshot before is not ready to use yet.'],
  [
    [{ ...live, ready: false, error: 'no space' }],
    "The snapshot before can't be taken: no space",
  ],
  [[live], ''],
])('arrives as %j: %s', (snapshots, missing) => {
  expect(missingOf(snapshot, asked, { snapshots })).toBe(missing);
});
