import { RepositoryFiles } from '../gitops';
import { benchmark } from './benchmark';
import type { FactsOfTest } from './facts.testing';
import type { GitOpsRepository } from './gitOpsRepository';
import { layouts, type Layout } from './layouts.testing';
import { minio } from './minio';
import { profile } from './profile';
import { restore } from './restore';
import { rookCeph } from './rookCeph';
import { snapshot } from './snapshot';
import type { StorageChange } from './storageChange';
import { faultsOf } from './storageChange.test.faults';
import { CLASS, GI, LOCAL, LONGHORN, planned } from './storageChange.test.plan';
import { storageClass } from './storageClass';
import { tenant } from './tenant';
import { veleroLocation } from './veleroLocation';

interface Case {
  name: string;
  change: StorageChange<never>;
  input: Record<string, unknown>;
  facts?: FactsOfTest;
}

function exampleOf<Request>(change: StorageChange<Request>, index = 0) {
  return change.examples[index].input;
}

function caseOf<Request>(
  name: string,
  change: StorageChange<Request>,
  input: Record<string, unknown>,
  facts?: FactsOfTest,
): Case {
  return { name, change: change as StorageChange<never>, input, facts };
}

const claim = {
  namespace: 'alpha',
  name: 'pvc-5d0c1c9e-6f5e-4b43-9a39-0f4d2f6a7b11',
  storageClass: 'longhorn',
  provisionedBy: LONGHORN,
};

const cases: Case[] = [
  caseOf(
    'a location on MinIO becomes the default instead of the one there',
    veleroLocation,
    exampleOf(veleroLocation, 1),
  ),
  caseOf('the location there gets another bucket', veleroLocation, {
    name: 'default',
    bucket: 'kmetal-backups-2',
    prefix: 'muc-1',
    region: 'eu-central-1',
    credentialName: 'velero-s3-2',
    credentialKey: 'cloud',
    confirmNoTenantData: true,
  }),
  caseOf(
    'a location on Amazon S3, with snapshots of EBS',
    veleroLocation,
    {
      name: 'frankfurt',
      bucket: 'kmetal-archive',
      region: 'eu-central-1',
      serverSideEncryption: 'aws:kms',
      kmsKeyId: 'alias/velero',
      volumeSnapshotLocation: true,
      confirmNoTenantData: true,
    },
    {
      storageClasses: [
        { name: CLASS, provisioner: LOCAL },
        { name: 'ebs', provisioner: 'ebs.csi.aws.com' },
      ],
    },
  ),
  caseOf("a further class's pin is new", profile, {
    storageClass: 'longhorn',
    claimPropertySets: [
      { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
    ],
  }),
  caseOf('the pin gets a second choice', profile, {
    storageClass: CLASS,
    claimPropertySets: [
      { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
      { accessModes: ['ReadWriteOncePod'], volumeMode: 'Filesystem' },
    ],
  }),
  ...['NFS', 'Rook-Ceph', 'Longhorn', "a vendor's driver"].map((name, index) =>
    caseOf(`a class of ${name}`, storageClass, {
      ...exampleOf(storageClass, index),
      name: `further-${index}`,
    }),
  ),
  caseOf('storage for the new tenant omega', tenant, exampleOf(tenant)),
  caseOf('Rook-Ceph on named disks', rookCeph, exampleOf(rookCeph)),
  caseOf(
    'Rook-Ceph on the disks of every node',
    rookCeph,
    exampleOf(rookCeph, 1),
  ),
  caseOf('MinIO on Longhorn', minio, exampleOf(minio)),
  caseOf("a snapshot of a tenant's volume", snapshot, exampleOf(snapshot), {
    claims: [claim],
    snapshotClasses: [{ name: 'longhorn', driver: LONGHORN }],
  }),
  caseOf(
    'a claim from a snapshot',
    restore,
    { ...exampleOf(restore), storageClass: 'longhorn' },
    {
      claims: [claim],
      snapshots: [
        {
          namespace: 'alpha',
          name: 'before-upgrade',
          claim: claim.name,
          driver: LONGHORN,
          restoreSize: `${10n * GI}`,
        },
      ],
    },
  ),
  caseOf('a benchmark of Longhorn', benchmark, exampleOf(benchmark)),
];

/** The repository once a plan is merged. */
function merged(
  { settings, files }: GitOpsRepository,
  { files: written }: ReturnType<typeof planned>,
): GitOpsRepository {
  return {
    settings,
    files: RepositoryFiles.from([
      ...[...files.paths()]
        .filter(path => !written.some(each => each.path === path))
        .map(path => ({
          type: 'file' as const,
          path,
          content: files.text(path)!.text,
        })),
      ...written.flatMap(({ path, content }) =>
        content === null ? [] : [{ type: 'file' as const, path, content }],
      ),
    ]),
  };
}

describe.each(Object.keys(layouts) as Layout[])(
  'in a repository laid out as %s',
  layout => {
    it.each(cases)('$name', ({ change, input, facts }) => {
      const plan = planned(change, input, facts, layouts[layout]());
      const [repository] = layouts[layout]();
      expect(plan.refusals).toEqual([]);
      expect(plan.diff).toMatchSnapshot();
      expect(faultsOf(repository, plan)).toEqual([]);

      const again = planned(change, input, facts, [merged(repository, plan)]);
      expect(again).toMatchObject({ changed: false, refusals: [] });
    });

    it('a benchmark is taken away as if it had never been', () => {
      const [repository] = layouts[layout]();
      const run = planned(benchmark, exampleOf(benchmark), {}, [repository]);
      const after = merged(repository, run);
      const plan = planned(benchmark, exampleOf(benchmark, 1), {}, [after]);
      const gone = merged(after, plan);
      for (const path of repository.files.paths()) {
        expect(gone.files.text(path)).toEqual(repository.files.text(path));
      }
      expect([...gone.files.paths()].sort()).toEqual(
        [...repository.files.paths()].sort(),
      );
    });
  },
);
