import { benchmark } from './benchmark';
import { minio } from './minio';
import { planStorageChange } from './planStorageChange';
import { profile } from './profile';
import { restore } from './restore';
import { rookCeph } from './rookCeph';
import { snapshot } from './snapshot';
import type { StorageChange } from './storageChange';
import { fleet, planned, underCluster } from './storageChange.test.plan';
import { storageChangeOf, storageChanges } from './storageChanges';
import { storageClass } from './storageClass';
import { tenant } from './tenant';
import { veleroLocation } from './veleroLocation';

type Input = Record<string, unknown>;
type AnyChange = StorageChange<never>;

/** A field of a change, and an input that is right but for it. */
type Field = [change: AnyChange, field: string, input: Input];

function fieldsOf(
  change: StorageChange<never> | StorageChange<unknown>,
  names: string[],
  input: Input = change.examples[0].input,
): Field[] {
  return names.map(name => [change as AnyChange, name, input]);
}

function of<Request>(change: StorageChange<Request>): AnyChange {
  return change as unknown as AnyChange;
}

const ceph = { name: 'fast', backend: 'rook-ceph' };
const vendor = { name: 'gold', backend: 'csi', provisioner: 'csi.example.com' };

const labels = [
  ...fieldsOf(of(veleroLocation), ['namespace']),
  ...fieldsOf(of(tenant), ['tenant']),
  ...fieldsOf(
    of(storageClass),
    ['cephClusterNamespace', 'cephOperatorNamespace'],
    ceph,
  ),
  ...fieldsOf(of(rookCeph), ['namespace', 'operatorNamespace', 'pool']),
  ...fieldsOf(of(minio), ['name', 'namespace']),
  ...fieldsOf(of(snapshot), ['namespace']),
  ...fieldsOf(of(restore), ['namespace']),
  ...fieldsOf(of(benchmark), ['name', 'namespace']),
];
const subdomains = [
  ...fieldsOf(of(veleroLocation), ['name', 'credentialName']),
  ...fieldsOf(of(profile), ['storageClass']),
  ...fieldsOf(of(storageClass), ['name'], ceph),
  ...fieldsOf(of(storageClass), ['cephPool'], ceph),
  ...fieldsOf(of(storageClass), ['provisioner'], vendor),
  ...fieldsOf(of(rookCeph), ['className', 'snapshotClassName', 'nodes.0.name']),
  ...fieldsOf(of(minio), ['storageClass', 'secretName']),
  ...fieldsOf(of(snapshot), ['claim', 'name', 'snapshotClass']),
  ...fieldsOf(of(restore), ['snapshot', 'name', 'storageClass']),
  ...fieldsOf(of(benchmark), ['storageClass']),
];
const sizes = [
  ...fieldsOf(of(tenant), ['size', 'largestVolume']),
  ...fieldsOf(of(minio), ['size']),
  ...fieldsOf(of(restore), ['size']),
  ...fieldsOf(of(benchmark), ['size']),
];
const nfs = storageClass.examples[0].input;
const texts = [
  ...fieldsOf(
    of(veleroLocation),
    ['bucket', 'prefix', 'region', 's3Url', 'publicUrl', 'credentialKey'],
    veleroLocation.examples[1].input,
  ),
  ...fieldsOf(of(veleroLocation), ['kmsKeyId', 'caCert'], {
    ...veleroLocation.examples[0].input,
    serverSideEncryption: 'aws:kms',
  }),
  ...fieldsOf(
    of(storageClass),
    ['nfsServer', 'nfsShare', 'nfsSubDir', 'nfsMountPermissions'],
    nfs,
  ),
  ...fieldsOf(of(storageClass), ['nfsMountOptions.0'], {
    ...nfs,
    nfsMountOptions: [''],
  }),
  ...fieldsOf(of(storageClass), ['parameters.tier'], {
    ...vendor,
    parameters: { tier: '' },
  }),
  ...fieldsOf(of(rookCeph), ['cephImage', 'nodes.0.devices.0']),
  ...fieldsOf(of(rookCeph), ['deviceFilter'], rookCeph.examples[1].input),
  ...fieldsOf(of(minio), ['image', 'secretUserKey', 'secretPasswordKey']),
  ...fieldsOf(of(benchmark), ['image']),
];

/** The same input with another value at a path such as `nodes.0.name`. */
function withValue(input: unknown, path: string, value: unknown): unknown {
  const [step, ...rest] = path.split('.');
  const inner =
    rest.length === 0
      ? value
      : withValue((input as Input)[step], rest.join('.'), value);
  if (!Array.isArray(input)) return { ...(input as Input), [step]: inner };
  const list: unknown[] = [...(input as unknown[])];
  list[Number(step)] = inner;
  return list;
}

function refusedFor(
  [change, field, input]: Field,
  value: unknown,
): { code: string; field: string | null } {
  const plan = planned(change, withValue(input, field, value) as Input);
  expect(plan).toMatchObject({ changed: false, files: [], diff: '' });
  expect(plan.refusals[0].message).not.toMatch(
    // eslint-disable-next-line no-control-regex
    /[\u0000-\u0009\u000b-\u001f\u200f\u202e]/,
  );
  const [{ code, field: named }] = plan.refusals;
  return { code, field: named };
}

function each(fields: Field[], values: string[]) {
  return fields.flatMap(field =>
    values.map(value => ({
      name: `${field[0].kind}.${field[1]}: ${JSON.stringify(
        value.length > 40 ? `${value.slice(0, 9)}… (${value.length})` : value,
      )}`,
      field,
      value,
    })),
  );
}

const NO_NAMES = [
  '../x',
  '%2e%2e',
  'A_B',
  'a'.repeat(254),
  'аlpha',
  'a\u200fb',
  'a\u0000b',
  '__proto__',
  '-x',
  'x-',
  'a..b',
  'a b',
  'a\nb: c',
];

describe('a name that is none is refused, with its field', () => {
  it.each([
    ...each(labels, [...NO_NAMES, 'a'.repeat(64), 'a.b']),
    ...each(subdomains, NO_NAMES),
  ])('$name', ({ field, value }) => {
    expect(refusedFor(field, value)).toEqual({
      code: 'nameInvalid',
      field: field[1],
    });
  });

  it.each(each([...labels, ...subdomains], ['constructor']))(
    'but not one that is only odd, $name',
    ({ field, value }) => {
      const plan = planned(
        field[0],
        withValue(field[2], field[1], value) as Input,
      );
      expect(plan.refusals.map(({ code }) => code)).not.toContain(
        'nameInvalid',
      );
    },
  );
});

describe('a size that is none is refused, with its field', () => {
  it.each(
    each(sizes, [
      '5gi',
      '-5Gi',
      '0',
      '1e400',
      '9223372036854775808',
      'NaN',
      '５Gi',
      '5Gi\nfoo: bar',
      '100m',
      '10.3Gi',
    ]),
  )('$name', ({ field, value }) => {
    expect(refusedFor(field, value)).toEqual({
      code: 'sizeInvalid',
      field: field[1],
    });
  });
});

describe('a text that would be something else in a manifest is refused, with its field', () => {
  it.each(
    each(texts, [
      'x\ny: z',
      'a\u202eb',
      'a\u0000b',
      'a\u001b[31mb',
      '@team\n# title',
    ]),
  )('$name', ({ field, value }) => {
    expect(refusedFor(field, value).field).toBe(field[1]);
  });

  it.each(
    each(
      texts.filter(([, name]) => !/^(parameters|nfsSubDir)/.test(name)),
      ['{{ .Values.x }}', '${x}', 'a b', '`x`'],
    ),
  )('$name', ({ field, value }) => {
    expect(refusedFor(field, value).field).toBe(field[1]);
  });
});

describe('a path that leads somewhere else is refused, with its field', () => {
  it.each([
    ...each(fieldsOf(of(veleroLocation), ['prefix']), [
      '/x',
      '../x',
      'a/../b',
      'a//b',
      'C:\\x',
      './x',
    ]),
    ...each(fieldsOf(of(storageClass), ['nfsShare'], nfs), [
      'x',
      '/x/../y',
      'C:\\x',
    ]),
    ...each(fieldsOf(of(storageClass), ['nfsSubDir'], nfs), ['/x', '../x']),
    ...each(fieldsOf(of(rookCeph), ['nodes.0.devices.0']), [
      '/dev/sda1/../x',
      '../x',
      '/etc/passwd',
    ]),
  ])('$name', ({ field, value }) => {
    expect(refusedFor(field, value).field).toBe(field[1]);
  });
});

describe('a name that is right, and too long for a branch, is refused', () => {
  it('with how long it may be', () => {
    const named = (name: string) =>
      planned(veleroLocation, { ...veleroLocation.examples[0].input, name });
    const { refusals, branch } = named('a'.repeat(200));
    expect(branch).toBeNull();
    expect(refusals).toMatchObject([
      { code: 'nameInvalid', field: 'name', file: null },
    ]);
    const [, longest] = /(\d+) characters at most/.exec(refusals[0].remedy)!;
    expect(named('a'.repeat(Number(longest))).branch).toHaveLength(200);
  });
});

describe('an address is refused', () => {
  it.each([
    'ftp://x',
    'x.example.com',
    'https://x?y=1',
    'https://x#y',
    'https://x/a b',
    'data:text/plain,x',
  ])('if it is none of a server: %s', value => {
    const [field] = fieldsOf(
      of(veleroLocation),
      ['s3Url'],
      veleroLocation.examples[1].input,
    );
    expect(refusedFor(field, value)).toEqual({
      code: 'urlInvalid',
      field: 's3Url',
    });
  });

  it('if it has credentials in it, without showing them', () => {
    const plan = planned(veleroLocation, {
      ...veleroLocation.examples[1].input,
      s3Url: 'https://joe:hunter2@s3.example.com',
    });
    expect(plan.refusals[0]).toMatchObject({
      code: 'urlInvalid',
      field: 's3Url',
    });
    expect(JSON.stringify(plan)).not.toContain('hunter2');
  });
});

describe('a secret is refused before it gets into Git, and shown nowhere', () => {
  const KEY = 'AKIAIOSFODNN7EXAMPLE';
  it.each([
    ...fieldsOf(of(veleroLocation), [
      'name',
      'bucket',
      'credentialName',
      'credentialKey',
      'region',
    ]),
    ...fieldsOf(of(storageClass), ['parameters.tier'], {
      ...vendor,
      parameters: { tier: '' },
    }),
  ])('%#', (...field) => {
    const plan = planned(field[0], withValue(field[2], field[1], KEY) as Input);
    expect(plan.refusals[0]).toMatchObject({
      code: 'secretInGit',
      field: field[1],
    });
    expect(JSON.stringify(plan)).not.toContain(KEY);
  });

  it.each(['password', 'secretKey', 'apiToken', 'iscsi.private-key'])(
    'as a parameter %s of a class',
    key => {
      expect(
        planned(storageClass, { ...vendor, parameters: { [key]: 'hunter2' } })
          .refusals[0],
      ).toMatchObject({ code: 'secretInGit', field: `parameters.${key}` });
    },
  );
});

it.each(['', '__proto__', 'constructor', 'quota', 'Backend'])(
  'there is no change %j',
  kind => {
    expect(() => storageChangeOf(kind)).toThrow(
      expect.objectContaining({ code: 'inputInvalid', field: 'change' }),
    );
  },
);

describe.each(storageChanges.map(change => of(change)))(
  'the input of $kind',
  change => {
    const { input } = change.examples[0];

    it.each(Object.keys(change.fields))('has no null as %s', field => {
      expect(
        planned(change, { ...input, [field]: null }).refusals,
      ).toMatchObject([{ code: 'inputInvalid', field }]);
    });

    it.each(['constructor', '__proto__', 'force', 'kubectl'])(
      'has no field %s',
      field => {
        const own: unknown = JSON.parse(`{${JSON.stringify(field)}: {}}`);
        expect(
          planned(
            change,
            Object.fromEntries([
              ...Object.entries(input),
              ...Object.entries(own as Input),
            ]),
          ).refusals,
        ).toMatchObject([{ code: 'inputInvalid', field }]);
      },
    );

    it('is the same request, branch and diff when it is asked twice', () => {
      const [one, two] = [planned(change, input), planned(change, input)];
      expect(one).toEqual(two);
    });
  },
);

describe.each([
  of(veleroLocation),
  of(profile),
  of(tenant),
  of(storageClass),
  of(rookCeph),
  of(minio),
  of(benchmark),
])('the request for $kind', change => {
  it('has the reason as text in its description, and nowhere else', () => {
    const reason =
      '# Big\n@acme/platform please [merge](http://x) <img src=x>\n```\n</details>\u001b[31mred\u001b[0m \u202egnp.exe\r\n````\n#1';
    const plan = planStorageChange(change, {
      underCluster: 'muc-1',
      input: change.examples[0].input,
      reason,
      requester: 'user:default/`x`|@team\nfoo',
      repositories: [fleet()],
      facts: underCluster(),
    });
    expect(plan.refusals).toEqual([]);
    expect(plan.body).toContain(
      '`````text\n# Big\n@acme/platform please [merge](http://x) <img src=x>\n```\n</details>red gnp.exe\n````\n#1\n`````',
    );
    expect(plan.body).toContain('`` user:default/`x`│@team foo `` asks for');
    // eslint-disable-next-line no-control-regex
    expect(plan.body).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
    const { title, branch, diff, summary } = plan;
    expect(`${title} ${branch} ${diff} ${summary}`).not.toMatch(/Big|team/);
    expect(title).toMatch(/^[^\n]{1,200}$/);
  });
});
