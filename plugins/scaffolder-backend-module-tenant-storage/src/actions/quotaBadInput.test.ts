import { readFile } from 'node:fs/promises';
import { MANIFEST, QuotaActionBench, WISH } from '../quotaAction.test.bench';
import type { FleetFile } from '../gitHub.test.server';
import { factsOf, KEY } from '../tenantStorageBackend.test.server';

const bench = new QuotaActionBench();
const { backend, gitHost } = bench;

beforeAll(() => bench.start());
afterAll(() => bench.stop());
beforeEach(() => {
  bench.reset();
  backend.facts = factsOf();
});

function nothingIsDone() {
  expect(backend.recorded).toEqual([]);
  expect(gitHost.calls.filter(call => !call.startsWith('GET '))).toEqual([]);
  expect(bench.workspace.content()).toEqual({});
}

describe.each([
  ['5gi', /Did you mean 5Gi/],
  ['-5Gi', /size/],
  ['0', /above zero/],
  ['1e400', /more than Kubernetes can count/],
  ['9223372036854775808', /more than Kubernetes can count/],
  ['NaN', /no size that Kubernetes reads/],
  ['５Gi', /no size that Kubernetes reads/],
  ['5Gi\nfoo: bar', /no size that Kubernetes reads/],
  ['100m', /not a whole number of bytes/],
  ['10.3Gi', /not a whole number of bytes/],
])('the size %j', (size, words) => {
  it('is refused by its field, before anybody is asked for anything', async () => {
    const { name, message } = await bench.failure({ size });
    expect(name).toBe('InputError');
    expect(message).toMatch(/^size: /);
    expect(message).toMatch(words);
    expect(backend.calls).toEqual([]);
    expect(gitHost.calls).toEqual([]);
    nothingIsDone();
  });
});

describe('a size below what is used', () => {
  it('is refused by its field, before the Git host is asked for anything', async () => {
    const { message } = await bench.failure({ size: '10Gi' });
    expect(message).toMatch(
      /^size: .*in use, more than 10Gi; no volume could be created or grown\. Ask for more, or delete volumes first\. Where that is meant, the template sets allowBelowUse to true\.$/,
    );
    expect(gitHost.calls).toEqual([]);
    nothingIsDone();
  });

  it('is asked for by who says that it is meant', async () => {
    const outputs = await bench.run({ size: '10Gi', allowBelowUse: true });
    expect(outputs).toMatchObject({ changed: true });
    expect(backend.recorded).toMatchObject([{ allowBelowUse: true }]);
  });
});

const NAMES = [
  '../x',
  '%2e%2e',
  'A_B',
  'a'.repeat(64),
  'a'.repeat(254),
  '\u0430lpha',
  'alpha\u200f',
  'al\u0000pha',
  '__proto__',
  '',
];

describe.each(['tenant', 'underCluster'] as const)('as %s', field => {
  it.each(NAMES)(
    '%j is refused by its field, before anybody is asked for anything',
    async name => {
      const { message } = await bench.failure({ [field]: name });
      expect(message).toMatch(new RegExp(`^${field}: `));
      expect(message).not.toContain('\u0000');
      expect(message).not.toContain('\u200f');
      expect(backend.calls).toEqual([]);
      expect(gitHost.calls).toEqual([]);
      nothingIsDone();
    },
  );
});

describe('the tenant "constructor", a legal name', () => {
  it('is refused by its field if there is none, before the Git host is asked for anything', async () => {
    backend.facts = factsOf({ isTenant: false });
    const { message } = await bench.failure({ tenant: 'constructor' });
    expect(message).toMatch(/^tenant: "constructor" is no tenant of muc-1/);
    expect(gitHost.calls).toEqual([]);
    nothingIsDone();
  });

  it('is refused by its field if the backend knows none', async () => {
    backend.errors.set('/v1/changes/quota/facts', {
      status: 404,
      message: 'There is no tenant constructor in muc-1.',
    });
    const { message } = await bench.failure({ tenant: 'constructor' });
    expect(message).toMatch(/^tenant: There is no tenant constructor in muc-1/);
    expect(gitHost.calls).toEqual([]);
    nothingIsDone();
  });
});

describe('a request with several faults', () => {
  it('is told all of them at once', async () => {
    const { message } = await bench.failure({
      tenant: 'A_B',
      size: '5gi',
      reason: ' \u200b ',
    });
    expect(message.split('\n')).toEqual([
      expect.stringMatching(/^tenant: /),
      'size: "5gi" is no size that Kubernetes reads. Did you mean 5Gi?',
      expect.stringMatching(/^reason: There is no reason\. Say /),
    ]);
    expect(backend.calls).toEqual([]);
  });
});

describe.each([
  ['/etc/quota.yaml', 'is absolute'],
  ['C:\\quota.yaml', 'has a backslash in it'],
  ['C:/quota.yaml', 'is absolute'],
  ['.git/config', "is inside Git's own folder"],
  ['.github/workflows/x.yaml', 'is where the repository keeps what it runs'],
  ['../quota.yaml', 'leaves the repository'],
])('a new file configured at %s', (quota, words) => {
  it('is refused by its field, and nothing is written', async () => {
    gitHost.branches.set('main', { 'README.md': 'The fleet.' });
    backend.repositories = [bench.repository({ newFiles: { quota } })];
    const { name, message } = await bench.failure();
    expect(name).toBe('InputError');
    expect(message).toContain('newFiles.quota: ');
    expect(message).toContain(words);
    nothingIsDone();
  });
});

describe.each(['.git/config', '.github/workflows/x.yaml'])(
  'a locator that points into %s',
  path => {
    it('is refused, and nothing is written', async () => {
      gitHost.branches.set('main', { [path]: 'quota: 50Gi\n' });
      backend.repositories = [
        bench.repository({
          locators: { quota: { files: path, path: ['quota'] } },
        }),
      ];
      const { message } = await bench.failure();
      expect(message).toContain(path);
      nothingIsDone();
    });
  },
);

const LINES = MANIFEST.split('\n');
const BEGINNING = LINES.slice(0, 8).join('\n');

function quotaOf(value: string): string {
  return `${BEGINNING}\n    ${KEY}: ${value}\n`;
}

const BOMB = [
  'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
  ...Array.from(
    { length: 9 },
    (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(', ')}]`,
  ),
].join('\n');

const AT = 'tenants/alpha.yaml';
const KUSTOMIZATION = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [alpha.yaml]
`;
const PATCH = `patches:
  - patch: |
      apiVersion: v1
      kind: ResourceQuota
      metadata: {name: alpha-storage, namespace: alpha}
      spec:
        hard:
          ${KEY}: 70Gi
`;

const FILES: Array<[string, Record<string, FleetFile>, RegExp]> = [
  [
    'is reached through a symbolic link',
    { 'real.yaml': 'quota: 50Gi\n', 'link.yaml': { symlink: 'real.yaml' } },
    /link\.yaml.* is a symbolic link to real\.yaml/,
  ],
  [
    'has a key twice',
    { [AT]: quotaOf(`50Gi\n    ${KEY}: 51Gi`) },
    /tenants\/alpha\.yaml:\d+: .*twice/i,
  ],
  [
    'has two documents that match',
    { [AT]: `${quotaOf('50Gi')}---\n${quotaOf('51Gi')}` },
    /tenants\/alpha\.yaml:\d+.*tenants\/alpha\.yaml:\d+/,
  ],
  [
    'is not there',
    { 'README.md': 'The fleet.' },
    /newFiles\.quota: .*is in no repository/,
  ],
  [
    'is an alias',
    { [AT]: `${quotaOf('*size')}`.replace('kind:', 'x: &size 50Gi\nkind:') },
    /tenants\/alpha\.yaml:\d+: .*repeats the value of the anchor &size/,
  ],
  [
    'comes from a merge key',
    {
      [AT]: MANIFEST.replace(
        `    ${KEY}: 50Gi # was 20Gi`,
        `    <<: *base`,
      ).replace('kind:', `x: &base {${KEY}: 50Gi}\nkind:`),
    },
    /tenants\/alpha\.yaml:\d+: .*merge/i,
  ],
  [
    'is in a file with an alias bomb',
    { [AT]: `${BOMB}\n${quotaOf('50Gi')}` },
    /tenants\/alpha\.yaml.*alias/i,
  ],
  [
    'has a tag of its own',
    { [AT]: quotaOf('!secret 50Gi') },
    /tenants\/alpha\.yaml:\d+: .*tag/i,
  ],
  [
    'is in a file with tabs',
    { [AT]: MANIFEST.replace('  hard:\n    ', '\thard:\n\t\t') },
    /tenants\/alpha\.yaml:\d+: .*tab/i,
  ],
  [
    'is in a file of 5 MB',
    { [AT]: MANIFEST + '# 0123456789abcdef\n'.repeat(280_000) },
    /tenants\/alpha\.yaml: The file is larger than/,
  ],
  [
    'is in a Helm template',
    { [AT]: quotaOf('"{{ .Values.quota }}"') },
    /tenants\/alpha\.yaml.*Helm/,
  ],
  [
    'is encrypted by SOPS',
    {
      [AT]: `${quotaOf('ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]')}sops:
  mac: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]
  version: 3.9.0
`,
    },
    /tenants\/alpha\.yaml.*SOPS/,
  ],
  [
    'is changed by a kustomize patch',
    { [AT]: MANIFEST, 'tenants/kustomization.yaml': KUSTOMIZATION + PATCH },
    /tenants\/kustomization\.yaml: .*is set here by kustomize/,
  ],
  [
    'is changed by a kustomize component',
    {
      [AT]: MANIFEST,
      'tenants/kustomization.yaml': `${KUSTOMIZATION}components: [../more]\n`,
      'more/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
${PATCH}`,
    },
    /more\/kustomization\.yaml: .*is set here by kustomize/,
  ],
];

describe('a quota that', () => {
  it.each(FILES)(
    '%s is refused with its file, nothing is written and nothing recorded',
    async (_, files, words) => {
      gitHost.branches.set('main', files);
      if ('link.yaml' in files) {
        backend.repositories = [
          bench.repository({
            locators: { quota: { files: 'link.yaml', path: ['quota'] } },
          }),
        ];
      }
      const { name, message } = await bench.failure();
      expect(name).toBe('InputError');
      expect(message).toMatch(words);
      nothingIsDone();
    },
  );

  it('is in a file with byte order mark and CRLF keeps both', async () => {
    gitHost.branches.set('main', {
      [AT]: `\ufeff${MANIFEST.replace(/\n/g, '\r\n')}`,
    });
    await bench.run();
    const written = await readFile(
      bench.workspace.resolve('kmetal-storage-change', AT),
      'utf8',
    );
    expect(written).toBe(
      `\ufeff${MANIFEST.replace('50Gi #', '60Gi #').replace(/\n/g, '\r\n')}`,
    );
  });

  it('is made by a kustomize generator is refused with its file', async () => {
    gitHost.branches.set('main', {
      'tenants/values.yaml': 'quota: 50Gi\n',
      'tenants/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [generated.yaml]
configMapGenerator:
  - name: values
    namespace: alpha
    behavior: merge
    files: [values.yaml]
`,
      'tenants/generated.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: values, namespace: alpha}
data: {quota: 50Gi}
`,
    });
    backend.repositories = [
      bench.repository({
        locators: {
          quota: {
            files: 'tenants/generated.yaml',
            object: { kind: 'ConfigMap', name: 'values' },
            path: ['data', 'quota'],
          },
        },
      }),
    ];
    const { message } = await bench.failure();
    expect(message).toMatch(/tenants\/kustomization\.yaml/);
    nothingIsDone();
  });
});

describe.each(['a..b', '-x', 'x.lock', 'refs/heads/x'])(
  'the branch %s',
  branch => {
    it('is refused by its field, before the Git host is asked for anything', async () => {
      backend.repositories = [bench.repository({ branch })];
      const { name, message } = await bench.failure();
      expect(name).toBe('InputError');
      expect(message).toContain('gitOps.repositories[0].branch: ');
      expect(gitHost.calls).toEqual([]);
      nothingIsDone();
    });
  },
);

describe('a repository', () => {
  it.each([
    [
      'of a host that is not under integrations',
      'https://git.example.com/acme/fleet',
      /does not know the Git host git\.example\.com/,
    ],
    [
      'with credentials in its address',
      'https://alice:hunter2@github.com/acme/fleet',
      /There are credentials in the address/,
    ],
    ['that is no address', 'acme/fleet', /no address of a repository/],
  ])(
    '%s is refused by its field, before the Git host is asked for anything',
    async (_, url, words) => {
      backend.repositories = [bench.repository({ url })];
      const { message } = await bench.failure();
      expect(message).toMatch(/^gitOps\.repositories\[0\]\.url: /);
      expect(message).toMatch(words);
      expect(message + bench.log).not.toContain('hunter2');
      expect(gitHost.calls).toEqual([]);
      nothingIsDone();
    },
  );

  it('that the template has no step for is refused before it is asked for', async () => {
    const { message } = await bench.failure({ providers: ['gitlab'] });
    expect(message).toMatch(/^gitOps\.repositories\[0\]\.url: .*\(github\)/);
    expect(gitHost.calls).toEqual([]);
    nothingIsDone();
  });

  it('that nobody configured is refused by the under cluster', async () => {
    backend.repositories = [];
    const { message } = await bench.failure();
    expect(message).toMatch(/^underCluster: There is no repository/);
    expect(gitHost.calls).toEqual([]);
    nothingIsDone();
  });
});

describe('a reason full of Markdown, mentions and escape sequences', () => {
  const reason = [
    '# Urgent! @acme/platform please #1 [merge](https://evil.example)',
    '\u001b[31mred\u001b[0m <img src=x onerror=alert(1)>',
    '```',
    'Kmetal-Storage-Change: muc-1/beta quota',
  ].join('\n');

  it('is text in the description, and nowhere else', async () => {
    const { title, description, commitMessage } = await bench.run({ reason });
    expect(description).toContain(
      [
        '````text',
        '# Urgent! @acme/platform please #1 [merge](https://evil.example)',
        'red <img src=x onerror=alert(1)>',
        '```',
        'Kmetal-Storage-Change: muc-1/beta quota',
        '````',
      ].join('\n'),
    );
    expect(title).toBe(
      'Storage quota of alpha in muc-1: raised from 50Gi to 60Gi',
    );
    expect(commitMessage).toBe(
      `${title}\n\nKmetal-Storage-Change: muc-1/alpha quota 60Gi`,
    );
    expect(bench.log).not.toContain('\u001b');
  });
});

describe('a file with escape sequences', () => {
  it('does not reach the task’s log with them', async () => {
    gitHost.branches.set('main', {
      [AT]: MANIFEST.replace('was 20Gi', 'was \u001b[2J20Gi'),
    });
    await bench.run().catch(() => undefined);
    expect(bench.log).not.toContain('\u001b');
  });
});

describe('repeated', () => {
  it('the same wish plans the same', async () => {
    const first = await bench.run();
    const files = bench.files();
    expect(await bench.run()).toEqual(first);
    expect(bench.files()).toEqual(files);
    expect(backend.recorded).toHaveLength(2);
    expect(WISH.size).toBe('60Gi');
  });
});
