import {
  facts,
  GI,
  headroom,
  input,
  KEY,
  limit,
  MANIFEST,
  repository,
} from './fleet.testing';
import { planQuota, quotaBranch } from './quota';
import type { QuotaFacts } from './quotaFacts';
import { quotaGates, smallestUnblockingQuota } from './quotaWarnings';

const planOf = (...args: Parameters<typeof input>) => planQuota(input(...args));
const codes = (list: Array<{ code: string }>) => list.map(({ code }) => code);

describe('a quota that is raised', () => {
  it('is a diff of one line, on a branch of its own', () => {
    const plan = planOf();
    expect(plan).toMatchObject({
      changed: true,
      repository: { host: 'github.com', repository: 'acme/fleet' },
      branch: 'kmetal-storage.test.alpha.quota',
      title: 'Storage quota of alpha in test: raised from 10Gi to 20Gi',
      warnings: [],
      refusals: [],
      files: [
        {
          path: 'tenants/alpha/quota.yaml',
          status: 'changed',
          content: MANIFEST.replace('10Gi', '20Gi'),
        },
      ],
    });
    expect(plan.diff.match(/^[-+](?![-+]).*/gm)).toEqual([
      `-    ${KEY}: 10Gi # was 5Gi`,
      `+    ${KEY}: 20Gi # was 5Gi`,
    ]);
    expect(plan.gates.map(({ id, state }) => [id, state])).toEqual([
      ['quotaCoversUse', 'passed'],
      ['quotaAsPlanned', 'passed'],
    ]);
  });

  it('is the same plan each time', () => {
    expect(planOf()).toEqual(planOf());
  });

  it('tells the approver who, why, before, after, headroom, and the fleet', () => {
    const { body } = planOf();
    expect(body).toContain('`user:default/jane.doe` asks for');
    expect(body).toContain('```text\nThe database grows.\n```');
    expect(body).toContain(
      '| Quota for `tenant-storage-class` | 10 Gi | 20 Gi |',
    );
    expect(body).toContain(
      '| In use | 8 of 10 Gi (80 %) | 8 of 20 Gi (40 %) |',
    );
    expect(body).toContain('| Largest new volume | 1 Gi | 11 Gi |');
    // A table is read out by its headers: an empty one says nothing.
    expect(body).toContain('\n| What | Now | Then |\n| --- |');
    expect(body).toContain(
      '| All quotas of the class together | 700 Gi | 710 of 1000 Gi (71 %) |',
    );
    expect(body).toContain('1000 Gi (configured)');
    expect(body).toContain('No volume waits for quota.');
  });

  it('says unknown of what is not known, never zero', () => {
    const { body, warnings } = planOf(
      {},
      {
        facts: facts({
          limits: [limit({ used: null })],
          charged: null,
          headroom: headroom(null),
          headroomAfter: null,
          pending: null,
          fleet: { quotaSum: null, capacity: null },
        }),
      },
    );
    expect(body).toContain('| In use | unknown | unknown |');
    expect(body).toContain('| Largest new volume | unknown | unknown |');
    expect(body).toContain(
      '| All quotas of the class together | unknown | unknown |',
    );
    expect(body).toContain('| Capacity | unknown | unknown |');
    expect(body).toContain('Whether volumes wait for quota is not known now.');
    expect(body).not.toMatch(/\| 0/);
    expect(codes(warnings)).toEqual(['useUnknown']);
  });

  it('leaves other keys as they are, and names them if they bind first', () => {
    const plan = planOf(
      {},
      {
        facts: facts({
          limits: [
            limit(),
            limit({
              quota: 'alpha-all',
              key: 'requests.storage',
              hard: `${12n * GI}`,
            }),
            limit({
              key: 'persistentvolumeclaims',
              resource: 'count',
              hard: '20',
              used: '20',
            }),
            limit({ quota: 'second', hard: `${15n * GI}` }),
          ],
        }),
      },
    );
    expect(plan.files[0].content).toContain('persistentvolumeclaims: "20"');
    expect(codes(plan.warnings)).toEqual([
      'otherLimitBindsFirst',
      'otherLimitBindsFirst',
      'otherQuotaBindsFirst',
    ]);
    expect(plan.warnings[0].message).toContain('alpha-all');
    expect(plan.warnings[0].message).toContain('requests.storage');
  });

  it('says what waits, and whether it is enough for that', () => {
    const pending: QuotaFacts['pending'] = [
      { name: 'pvc-1', tenantCluster: 'prod', charge: `${5n * GI}` },
      { name: 'pvc-2', tenantCluster: null, charge: `${9n * GI + 1n}` },
    ];
    const waiting = facts({ pending });
    expect(smallestUnblockingQuota(waiting)).toBe(22n * GI + 2n ** 20n);
    expect(
      smallestUnblockingQuota(facts({ pending, underWay: `${3n * GI}` })),
    ).toBe(25n * GI + 2n ** 20n);
    expect(
      smallestUnblockingQuota(facts({ pending, underWay: null })),
    ).toBeNull();
    const short = planOf({}, { facts: waiting });
    expect(codes(short.warnings)).toEqual(['pendingStaysBlocked']);
    expect(short.body).toContain('2 volumes wait for quota:');
    expect(short.body).toContain(
      '- `pvc-1` of the tenant cluster `prod` takes 5 Gi',
    );
    expect(planOf({ size: '23Gi' }, { facts: waiting }).body).toContain(
      'enough for all of them.',
    );
    expect(
      smallestUnblockingQuota(
        facts({ pending: [{ ...pending[0], charge: null }] }),
      ),
    ).toBeNull();
  });

  it('warns the approver of more than there is', () => {
    const plan = planOf({ size: '500Gi' });
    expect(codes(plan.warnings)).toEqual(['capacityExceeded']);
  });

  it.each([
    [
      'on lines of their own',
      'tenants:\n  beta-secret: { quota: 500Gi }\n  alpha: { quota: 10Gi }\n  gamma-secret: { quota: 7Gi }\n',
      '+  alpha: { quota: 900Gi }',
    ],
    [
      'on the same line',
      'tenants: { beta-secret: { quota: 500Gi }, alpha: { quota: 10Gi }, gamma-secret: { quota: 7Gi } }\n',
      '+… quota: 900Gi …',
    ],
  ])('tells the requester nothing of other tenants %s', (_, shared, line) => {
    const plan = planOf(
      { size: '900Gi' },
      {
        audience: 'requester',
        repositories: [
          repository(
            { 'values.yaml': shared },
            {
              locators: {
                quota: {
                  files: 'values.yaml',
                  path: ['tenants', '{tenant}', 'quota'],
                },
              },
            },
          ),
        ],
      },
    );
    expect(plan.changed).toBe(true);
    expect(plan.diff).toContain(line);
    const all = JSON.stringify(plan);
    expect(all).not.toMatch(/secret|700 Gi|1000 Gi|Capacity|together/);
    expect(plan.files).toEqual([
      { path: 'values.yaml', status: 'changed', content: null },
    ]);
  });
});

describe('a quota that is there already', () => {
  it.each([
    ['10Gi', 'it is live'],
    ['10240Mi', 'it is live'],
  ])('is not proposed again: %s', (size, state) => {
    const plan = planOf({ size });
    expect(plan).toMatchObject({
      changed: false,
      files: [],
      diff: '',
      refusals: [],
    });
    expect(plan.summary).toContain(state);
  });

  it('may be on its way', () => {
    const plan = planOf(
      { size: '10Gi' },
      { facts: facts({ limits: [limit({ hard: `${9n * GI}` })] }) },
    );
    expect(plan.changed).toBe(false);
    expect(plan.summary).toContain('not live yet');
    expect(codes(plan.warnings)).toEqual(['liveDiffers']);
  });
});

describe('a quota that is lowered', () => {
  it('is so down to what is used', () => {
    const plan = planOf({ size: '8Gi' });
    expect(plan.title).toContain('lowered from 10Gi to 8Gi');
    expect(codes(plan.warnings)).toEqual(['nothingLeft']);
  });

  it('is refused below what is used, unless that is meant', () => {
    const plan = planOf({ size: '7Gi' });
    expect(plan).toMatchObject({
      changed: false,
      branch: 'kmetal-storage.test.alpha.quota',
    });
    expect(plan.refusals).toEqual([
      {
        code: 'belowUse',
        field: 'size',
        message:
          '8 Gi are in use, more than 7Gi; no volume could be created or grown.',
        remedy: 'Ask for more, or delete volumes first.',
        file: null,
        line: null,
      },
    ]);
    expect(plan.summary).toBe(plan.refusals[0].message);
    const meant = planOf({ size: '7Gi', allowBelowUse: true });
    expect(meant.changed).toBe(true);
    expect(codes(meant.warnings)).toEqual(['belowUse']);
  });

  it('is refused while nobody knows what is used', () => {
    const unknown = facts({ limits: [limit({ used: null })], charged: null });
    expect(planOf({ size: '7Gi' }, { facts: unknown }).refusals).toMatchObject([
      {
        code: 'useUnknown',
        message: expect.stringMatching(/^What is in use is not known now/),
        remedy: 'Try again later; if it stays so, ask the platform team.',
      },
    ]);
  });

  it('waits at a gate that is judged again', () => {
    const grown = facts({ limits: [limit({ used: `${9n * GI}` })] });
    expect(quotaGates(grown, 8n * GI, 10n * GI)).toMatchObject([
      { id: 'quotaCoversUse', state: 'failed' },
      { id: 'quotaAsPlanned', state: 'passed' },
    ]);
    expect(quotaGates(facts(), 8n * GI, 9n * GI)[1].state).toBe('failed');
    expect(
      quotaGates(
        facts({ limits: [], charged: null, quotaState: 'unknown' }),
        GI,
        null,
      ),
    ).toMatchObject([{ state: 'unknown' }, { state: 'unknown' }]);
  });
});

describe('a quota that is new', () => {
  const none = facts({
    limits: [],
    quotas: {},
    quotaState: 'unlimited',
    charged: '0',
  });
  const settings = { newFiles: { quota: 'tenants/{tenant}/quota.yaml' } };

  it('is a new file, entered in the kustomization', () => {
    const plan = planOf(
      {},
      {
        facts: none,
        repositories: [
          repository(
            { 'tenants/alpha/kustomization.yaml': 'resources: [ns.yaml]\n' },
            settings,
          ),
        ],
      },
    );
    expect(plan.title).toBe('Storage quota of alpha in test: 20Gi, new');
    expect(plan.body).toContain(
      '| Quota for `tenant-storage-class` | none | 20 Gi |',
    );
    expect(plan.files).toEqual([
      {
        path: 'tenants/alpha/quota.yaml',
        status: 'created',
        content: `apiVersion: v1\nkind: ResourceQuota\nmetadata:\n  name: alpha-storage\n  namespace: alpha\nspec:\n  hard:\n    ${KEY}: 20Gi\n`,
      },
      {
        path: 'tenants/alpha/kustomization.yaml',
        status: 'changed',
        content: 'resources: [ns.yaml, quota.yaml]\n',
      },
    ]);
    expect(plan.diff).toContain('new file mode 100644');
  });

  it('is a new key of a quota that is there', () => {
    const plan = planOf(
      {},
      {
        facts: none,
        repositories: [
          repository({
            'q.yaml': MANIFEST.replace(/ {4}tenant-storage-class.*\n/, ''),
          }),
        ],
      },
    );
    expect(plan.files[0].content).toContain(
      `    persistentvolumeclaims: "20"\n    ${KEY}: 20Gi\n`,
    );
  });

  it('takes over one that was made by hand', () => {
    const plan = planOf({}, { repositories: [repository({}, settings)] });
    expect(plan.files[0].content).toContain('name: alpha-storage');
    expect(codes(plan.warnings)).toEqual(['takesOverQuota']);
  });

  it.each([
    [
      'outside the root',
      { 'x.yaml': 'a: 1' },
      { ...settings, root: 'clusters' },
      'pathInvalid',
    ],
    [
      'outside the repository',
      {},
      { newFiles: { quota: '../{tenant}.yaml' } },
      'pathInvalid',
    ],
    [
      'where workflows are',
      {},
      { newFiles: { quota: '.github/workflows/{tenant}.yaml' } },
      'pathInvalid',
    ],
    [
      'where something is',
      { 'tenants/alpha/quota.yaml': 'a: 1\n' },
      settings,
      'pathTaken',
    ],
    ['nowhere', {}, {}, 'notFound'],
  ])('is refused %s', (_, texts, wrong, code) => {
    const plan = planOf(
      {},
      { facts: none, repositories: [repository(texts, wrong)] },
    );
    expect(plan.refusals).toMatchObject([{ code, field: 'newFiles.quota' }]);
    const { message, remedy } = plan.refusals[0];
    expect(message).not.toMatch(/^newFiles.quota/);
    expect(message).not.toContain(remedy);
  });
});

describe('a quota that is somebody else’s', () => {
  const by = (labels: Record<string, string>, annotations = {}) =>
    facts({ quotas: { 'alpha-storage': { labels, annotations } } });

  it('is refused with the release that renders it, and its file', () => {
    const release =
      'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: { name: kmetal, namespace: kmetal-system }\n';
    const plan = planOf(
      {},
      {
        facts: by({
          'helm.toolkit.fluxcd.io/name': 'kmetal',
          'helm.toolkit.fluxcd.io/namespace': 'kmetal-system',
        }),
        repositories: [
          repository(
            { 'apps/kmetal.yaml': release },
            { newFiles: { quota: 'q.yaml' } },
          ),
        ],
      },
    );
    expect(plan.refusals).toMatchObject([
      { code: 'ownedByHelmRelease', file: 'apps/kmetal.yaml' },
    ]);
    expect(plan.refusals[0].message).toContain('kmetal in kmetal-system');
  });

  it('is refused with the Flux Kustomization that applies it from elsewhere', () => {
    const plan = planOf(
      {},
      {
        facts: by({ 'kustomize.toolkit.fluxcd.io/name': 'tenants' }),
        repositories: [repository({}, { newFiles: { quota: 'q.yaml' } })],
      },
    );
    expect(codes(plan.refusals)).toEqual(['notFound']);
    expect(plan.refusals[0].message).toContain('tenants');
  });

  it('is refused where it is there twice, in one repository or two', () => {
    const twice = planOf(
      {},
      {
        repositories: [repository({ 'a.yaml': MANIFEST, 'b.yaml': MANIFEST })],
      },
    );
    expect(codes(twice.refusals)).toEqual(['manifestAmbiguous']);
    expect(twice.refusals[0].message).toContain('a.yaml:2 and b.yaml:2');
    const two = planOf(
      {},
      { repositories: [repository(), repository({ 'b.yaml': MANIFEST })] },
    );
    expect(codes(two.refusals)).toEqual(['manifestAmbiguous']);
  });

  it('is found in the second repository', () => {
    const plan = planOf(
      {},
      {
        repositories: [
          repository({ 'a.yaml': 'a: 1\n' }),
          repository({ 'b.yaml': MANIFEST }, { repository: 'acme/tenants' }),
        ],
      },
    );
    expect(plan.repository?.repository).toBe('acme/tenants');
  });

  it('tells the approver, and not the requester, with whom it is shared', () => {
    const repositories = [
      repository({
        'base/q.yaml': MANIFEST,
        'base/kustomization.yaml': 'resources: [q.yaml]\n',
        'one/kustomization.yaml': 'resources: [../base]\n',
        'beta/kustomization.yaml': 'resources: [../base]\n',
      }),
    ];
    const [approvers] = planOf({}, { repositories }).refusals;
    expect(approvers.code).toBe('manifestShared');
    expect(approvers.message).toContain('beta/kustomization.yaml');
    expect(
      JSON.stringify(planOf({}, { repositories, audience: 'requester' })),
    ).not.toContain('beta');
  });
});

describe('bad input', () => {
  it.each([
    '5gi',
    '-5Gi',
    '0',
    '0Gi',
    '1e400',
    '9223372036854775808',
    '9223372036854775807',
    'NaN',
    '５Gi',
    '5Gi\nfoo: bar',
    '100m',
    '10.3Gi',
    '',
    '5 Gi',
    '1e999999999',
    `${'9'.repeat(100_000)}Gi`,
  ])('as a size is refused with the field named: %.20j', size => {
    const plan = planOf({ size });
    expect(plan.changed).toBe(false);
    expect(plan.refusals).toMatchObject([
      { code: 'sizeInvalid', field: 'size' },
    ]);
    expect(plan.refusals[0].message).not.toMatch(/^size: /);
    expect(plan.refusals[0].message).not.toContain(plan.refusals[0].remedy);
    expect(plan.summary).toBe(plan.refusals[0].message);
    expect(plan.refusals[0].message.length).toBeLessThan(250);
    expect(plan.refusals[0].message).not.toContain('\n');
  });

  it.each([
    ['5gi', 'Did you mean 5Gi?'],
    ['20 GB', 'Did you mean 20Gi?'],
    ['10.3Gi', 'Give 10548Mi'],
    ['100m', 'thousandths'],
    ['1e400', 'more than Kubernetes can count'],
  ])('as a size is answered with what to give: %s', (size, words) => {
    const { message, remedy } = planOf({ size }).refusals[0];
    expect(`${message} ${remedy}`).toContain(words);
  });

  it.each([
    ['20480Mi', '20480Mi'],
    ['1.5Ti', '1.5Ti'],
    ['50G', '50G'],
    ['21474836480', '"21474836480"'],
    ['1E', '976562500000000Ki'],
    ['32e9', '31250000Ki'],
    ['+20Gi', '20Gi'],
  ])('is not what else Kubernetes reads: %s is written %s', (size, written) => {
    expect(planOf({ size }).files[0]?.content).toContain(
      `${KEY}: ${written} #`,
    );
  });

  const names = [
    '../x',
    '%2e%2e',
    'A_B',
    'a'.repeat(64),
    'a'.repeat(254),
    'аlpha',
    'alpha\u200f',
    'alpha\u202e',
    'alp\u0000ha',
    '__proto__',
    '',
    '-x',
    'x.lock',
    'a..b',
    'alpha\n',
    '@team',
  ];
  it.each(names)(
    'as a tenant is refused with the field named: %.20j',
    tenant => {
      const plan = planOf({ tenant });
      expect(plan.refusals).toMatchObject([
        { code: 'nameInvalid', field: 'tenant' },
      ]);
      expect(plan.refusals[0].message).not.toMatch(/^tenant: /);
      expect(plan.refusals[0].message).not.toMatch(
        // eslint-disable-next-line no-control-regex
        /[\u0000-\u001f\u200f\u202e]/,
      );
      expect(plan.branch).toBeNull();
    },
  );

  it.each(names)('as an under cluster is refused too: %.20j', underCluster => {
    expect(planOf({ underCluster }).refusals).toMatchObject([
      { code: 'nameInvalid', field: 'underCluster' },
    ]);
  });

  it('as a tenant is refused if it is a name, but of no tenant: constructor', () => {
    const nobody = facts({ isTenant: false, limits: [], quotas: {} });
    const plan = planOf({ tenant: 'constructor' }, { facts: nobody });
    expect(plan.refusals).toMatchObject([
      { code: 'nameInvalid', field: 'tenant' },
    ]);
    expect(quotaBranch('constructor', 'valueof')).toBe(
      'kmetal-storage.constructor.valueof.quota',
    );
  });

  it.each(['', ' \n\t', '\u200b\u202e', 'x'.repeat(2001)])(
    'as a reason is refused with the field named: %.20j',
    reason => {
      expect(planOf({ reason }).refusals).toMatchObject([
        {
          code: 'reasonInvalid',
          field: 'reason',
          message: expect.stringMatching(
            /^There is no reason\.$|^The reason has \d+ characters, more than 2000\.$/,
          ),
        },
      ]);
    },
  );

  it('is refused all at once', () => {
    expect(
      planOf({ tenant: '../x', size: '5gi', reason: '' }).refusals.map(
        ({ field }) => field,
      ),
    ).toEqual(['tenant', 'size', 'reason']);
  });

  it('in a reason is text in the description, and nowhere else', () => {
    const reason =
      '# Big\n@acme/platform please [merge](http://x) <img src=x>\n```\n</details>\u001b[31mred\u001b[0m \u202egnp.exe\r\n````\n#1';
    const plan = planOf({ reason, requester: 'user:default/`x`|@team\nfoo' });
    expect(plan.title).toBe(
      'Storage quota of alpha in test: raised from 10Gi to 20Gi',
    );
    expect(plan.body).toContain(
      '`````text\n# Big\n@acme/platform please [merge](http://x) <img src=x>\n```\n</details>red gnp.exe\n````\n#1\n`````',
    );
    // eslint-disable-next-line no-control-regex
    expect(plan.body).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
    expect(plan.body.split('\n')[0]).toBe(
      '`` user:default/`x`│@team foo `` asks for a storage quota of **20Gi** for the tenant **alpha** in **test**.',
    );
    expect(plan.diff).not.toContain('Big');
  });
});
