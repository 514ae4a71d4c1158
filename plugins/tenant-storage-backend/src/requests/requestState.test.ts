import type { Proposal, Review } from '../gitHost';
import {
  nextState,
  verdictOf,
  type Evidence,
  type FluxEvidence,
  type HostEvidence,
  type RequestProgress,
} from './requestState';

const GI = 2n ** 30n;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const ASKED = Date.UTC(2026, 10, 22, 12);
const RULES = { stuckAfter: 10 * MINUTE };

function progress(parts: Partial<RequestProgress> = {}): RequestProgress {
  return {
    state: 'preparing',
    since: ASKED,
    askedAt: ASKED,
    change: 'quota',
    wish: `${60n * GI}`,
    title: '60Gi of storage for alpha in muc-1',
    liveBefore: 50n * GI,
    liveBeforeKnown: true,
    arrivedBefore: null,
    proposal: null,
    mergedAt: null,
    appliedAt: null,
    host: 'github.com',
    ...parts,
  };
}

function proposal(parts: Partial<Proposal> = {}): Proposal {
  return {
    number: 4,
    url: 'https://github.com/acme/fleet/pull/4',
    title: 'Raise',
    branch: 'b',
    state: 'open',
    head: 'h',
    author: 'portal',
    createdAt: ASKED + 5_000,
    mergedAt: null,
    closedAt: null,
    mergeCommit: null,
    ...parts,
  };
}

function seen(
  parts: Partial<Extract<HostEvidence, { seen: 'yes' }>> = {},
): HostEvidence {
  return {
    seen: 'yes',
    proposal: proposal(),
    head: null,
    reviews: [],
    endedBy: null,
    endedByReviewer: false,
    ...parts,
  };
}

/** What the portal's commit says. */
function says(gi: bigint, publishedAt: number | null = null) {
  return { wish: `${gi * GI}`, publishedAt };
}

const MERGED = seen({
  proposal: proposal({
    state: 'merged',
    mergedAt: ASKED + 3 * MINUTE,
    mergeCommit: 'c',
  }),
  endedBy: 'petra',
});

function review(
  verdict: Review['verdict'],
  parts: Partial<Review> = {},
): Review {
  return { by: 'petra', at: ASKED + MINUTE, verdict, words: '', ...parts };
}

function live(bytes: bigint | null): Evidence['live'] {
  return { known: true, bytes, all: bytes === null ? [] : [bytes] };
}

function flux(
  parts: Partial<Extract<FluxEvidence, { seen: true }>> = {},
): FluxEvidence {
  return {
    seen: true,
    owner: 'flux-system/tenants',
    applied: false,
    waitsFor: [],
    suspended: false,
    working: false,
    failing: null,
    ...parts,
  };
}

function evidence(parts: Partial<Evidence> = {}): Evidence {
  return {
    at: ASKED + 4 * MINUTE,
    host: seen(),
    live: live(50n * GI),
    flux: { seen: false },
    ...parts,
  };
}

const statesOf = (request: RequestProgress, what: Evidence) =>
  nextState(request, what, RULES).map(({ state }) => state);

describe('a request that is not merged', () => {
  it.each<[string, Partial<RequestProgress>, Partial<Evidence>, string[]]>([
    [
      'is being prepared',
      {},
      { host: seen({ proposal: null }) },
      ['preparing'],
    ],
    [
      'is stuck if it never gets to its Git host',
      {},
      { host: seen({ proposal: null }), at: ASKED + 11 * MINUTE },
      ['stuck'],
    ],
    [
      'is live if somebody else did it meanwhile',
      {},
      {
        host: seen({ proposal: null }),
        at: ASKED + 11 * MINUTE,
        live: live(60n * GI),
      },
      ['live'],
    ],
    ['is opened', {}, {}, ['opened']],
    [
      'goes on by itself when it gets there late',
      { state: 'stuck' },
      { at: ASKED + 20 * MINUTE },
      ['opened'],
    ],
    [
      'is approved',
      { state: 'opened', proposal: { number: 4 } },
      { host: seen({ reviews: [review('approved')] }) },
      ['approved'],
    ],
    [
      'is approved before anybody saw it opened',
      {},
      { host: seen({ reviews: [review('approved')] }) },
      ['opened', 'approved'],
    ],
    [
      'is asked back, whoever else approves',
      { state: 'approved', proposal: { number: 4 } },
      {
        host: seen({
          reviews: [
            review('approved'),
            review('changesRequested', { by: 'paul' }),
          ],
        }),
      },
      ['changesRequested'],
    ],
    [
      'is open again when the approval is taken back',
      { state: 'approved', proposal: { number: 4 } },
      { host: seen({ reviews: [review('withdrawn')] }) },
      ['opened'],
    ],
    [
      'is not approved by what was said of another wish',
      { state: 'opened', proposal: { number: 4 } },
      { host: seen({ reviews: [review('approved', { at: ASKED - 1 })] }) },
      ['opened'],
    ],
    [
      'is withdrawn',
      { state: 'opened', proposal: { number: 4 } },
      { host: seen({ proposal: proposal({ state: 'closed' }) }) },
      ['withdrawn'],
    ],
    [
      'is opened again by opening it again',
      { state: 'withdrawn', proposal: { number: 4 } },
      {},
      ['opened'],
    ],
    [
      'goes on with a new proposal on its branch',
      { state: 'withdrawn', proposal: { number: 3 } },
      {},
      ['opened'],
    ],
    [
      'is stuck if its repository is gone',
      { state: 'opened', proposal: { number: 4 } },
      { host: { seen: 'repositoryClosed', message: 'gone' } },
      ['stuck'],
    ],
    [
      'is given up if it did not get to its Git host within a day',
      { state: 'stuck' },
      { host: seen({ proposal: null }), at: ASKED + DAY + MINUTE },
      ['withdrawn'],
    ],
    [
      'stays given up',
      { state: 'withdrawn' },
      { host: seen({ proposal: null }), at: ASKED + DAY + 2 * MINUTE },
      [],
    ],
    [
      'goes on by itself when it gets there after it was given up',
      { state: 'withdrawn' },
      { at: ASKED + DAY + 2 * MINUTE },
      ['opened'],
    ],
    [
      'is opened when what is proposed is what was asked for last',
      { proposal: { number: 4 } },
      { host: seen({ head: says(60n) }) },
      ['opened'],
    ],
    [
      'is being prepared while another size is proposed, whoever approves that',
      {},
      { host: seen({ head: says(70n), reviews: [review('approved')] }) },
      ['preparing'],
    ],
    [
      'is being prepared again when another size was published over it',
      { state: 'approved', proposal: { number: 4 } },
      {
        host: seen({ head: says(70n), reviews: [review('approved')] }),
        at: ASKED + 60 * MINUTE,
      },
      ['preparing'],
    ],
    [
      'is stuck when another size goes on to be proposed',
      { proposal: { number: 4 } },
      { host: seen({ head: says(70n) }), at: ASKED + 11 * MINUTE },
      ['stuck'],
    ],
    [
      'stays stuck while another size is proposed, however long: that is open',
      { state: 'stuck', proposal: { number: 4 } },
      { host: seen({ head: says(70n) }), at: ASKED + 2 * DAY },
      ['stuck'],
    ],
    [
      'goes on by itself when its size is proposed at last',
      { state: 'stuck', proposal: { number: 4 } },
      { host: seen({ head: says(60n) }), at: ASKED + 20 * MINUTE },
      ['opened'],
    ],
    [
      'is not approved by what was said before its size was published',
      { proposal: { number: 4 } },
      {
        host: seen({
          head: says(60n, ASKED + 2 * MINUTE),
          reviews: [review('approved')],
        }),
      },
      ['opened'],
    ],
    [
      'is approved by what was said after its size was published',
      { proposal: { number: 4 } },
      {
        host: seen({
          head: says(60n, ASKED + MINUTE / 2),
          reviews: [review('approved')],
        }),
      },
      ['opened', 'approved'],
    ],
    [
      'is approved with the size that somebody else made of it',
      { state: 'opened', proposal: { number: 4 } },
      { host: seen({ head: null, reviews: [review('approved')] }) },
      ['approved'],
    ],
    [
      'is being prepared when another size was merged',
      { state: 'approved' },
      { host: { ...MERGED, head: says(70n) } as HostEvidence },
      ['preparing'],
    ],
    [
      'is stuck when another size was merged and its own does not come',
      {},
      {
        host: { ...MERGED, head: says(70n) } as HostEvidence,
        at: ASKED + 11 * MINUTE,
      },
      ['stuck'],
    ],
    [
      'is given up when another size was merged and its own did not come within a day',
      { state: 'stuck' },
      {
        host: { ...MERGED, head: says(70n) } as HostEvidence,
        at: ASKED + DAY + MINUTE,
      },
      ['withdrawn'],
    ],
    [
      'is withdrawn when another size was closed, without what was said of that',
      { state: 'preparing', proposal: { number: 4 } },
      {
        host: seen({
          proposal: proposal({ state: 'closed' }),
          head: says(70n),
          reviews: [review('changesRequested')],
        }),
      },
      ['withdrawn'],
    ],
    [
      'is stuck if its proposal is gone',
      { state: 'opened', proposal: { number: 4 } },
      { host: seen({ proposal: null }) },
      ['stuck'],
    ],
    [
      'stays what it is while its Git host gives no answer, however long',
      { state: 'approved', proposal: { number: 4 } },
      { host: { seen: 'unknown' }, at: ASKED + 999 * MINUTE },
      [],
    ],
    [
      'is not live before it is merged',
      { state: 'opened', proposal: { number: 4 } },
      { live: live(60n * GI) },
      ['opened'],
    ],
  ])('%s', (_, request, what, states) => {
    expect(statesOf(progress(request), evidence(what))).toEqual(states);
  });

  it('says which size is proposed instead, and what to do', () => {
    const [step] = nextState(
      progress({ proposal: { number: 4 } }),
      evidence({
        host: seen({ head: says(70n) }),
        at: ASKED + 11 * MINUTE,
      }),
      RULES,
    );
    expect(step.message).toBe(
      'The change that is proposed at github.com is another one than was asked for last: 70 Gi instead of 60 Gi; ask again',
    );
  });

  it('says who closed it, with the words of a reviewer', () => {
    const [step] = nextState(
      progress({ state: 'opened', proposal: { number: 4 } }),
      evidence({
        host: seen({
          proposal: proposal({ state: 'closed', closedAt: ASKED + MINUTE }),
          reviews: [],
          endedBy: 'petra',
          endedByReviewer: true,
        }),
      }),
      RULES,
    );
    expect(step).toEqual({
      state: 'withdrawn',
      at: ASKED + MINUTE,
      by: 'petra',
      message: 'petra, who reviewed it, closed it without accepting it',
    });
  });
});

describe('a request that is merged', () => {
  const merged = progress({
    state: 'merged',
    proposal: { number: 4 },
    mergedAt: ASKED + 3 * MINUTE,
  });
  const late = ASKED + 14 * MINUTE;

  it.each<[string, Partial<RequestProgress>, Partial<Evidence>, string[]]>([
    ['is merged', {}, { flux: flux() }, ['merged']],
    ['is applied', {}, { flux: flux({ applied: true }) }, ['applied']],
    [
      'is live',
      {},
      { flux: flux({ applied: true }), live: live(60n * GI) },
      ['applied', 'live'],
    ],
    ['is live without Flux', {}, { live: live(60n * GI) }, ['live']],
    [
      'is live before Flux says that it applied it',
      {},
      { flux: flux(), live: live(60n * GI) },
      ['live'],
    ],
    [
      'is live although another quota binds first',
      {},
      { live: { known: true, bytes: 40n * GI, all: [40n * GI, 60n * GI] } },
      ['live'],
    ],
    [
      'is live with what an approver made of it',
      {},
      { flux: flux({ applied: true }), live: live(55n * GI) },
      ['applied', 'live'],
    ],
    [
      'is not live with a size that came before it was applied',
      {},
      { flux: flux(), live: live(55n * GI) },
      ['merged'],
    ],
    [
      'is stuck when Flux can not apply it',
      {},
      {
        flux: flux({
          failing: {
            by: 'flux-system/tenants',
            words: 'BuildFailed: x',
            ofTheMerge: true,
          },
        }),
      },
      ['stuck'],
    ],
    [
      'waits when Flux failed at something older',
      {},
      {
        flux: flux({
          failing: { by: 'flux-system/tenants', words: 'x', ofTheMerge: false },
        }),
      },
      ['merged'],
    ],
    [
      'is stuck when Flux goes on failing at something older',
      {},
      {
        flux: flux({
          failing: { by: 'flux-system/tenants', words: 'x', ofTheMerge: false },
        }),
        at: late,
      },
      ['stuck'],
    ],
    [
      'is stuck while Flux is suspended',
      {},
      { flux: flux({ suspended: true }) },
      ['stuck'],
    ],
    [
      'is stuck when it is not applied',
      {},
      { flux: flux(), at: late },
      ['stuck'],
    ],
    ['is stuck when nothing happens', {}, { at: late }, ['stuck']],
    [
      'stays stuck while Flux tries again',
      { state: 'stuck' },
      { flux: flux({ working: true }), at: late },
      [],
    ],
    [
      'is merged while Flux is at it for the first time',
      {},
      { flux: flux({ working: true }) },
      ['merged'],
    ],
    [
      'goes on by itself when Flux is resumed',
      { state: 'stuck' },
      { flux: flux({ applied: true }) },
      ['applied'],
    ],
    [
      'goes on by itself when the quota comes late',
      { state: 'stuck' },
      { at: late, live: live(60n * GI) },
      ['live'],
    ],
    [
      'waits a little for the quota after it was applied',
      { state: 'applied', appliedAt: ASKED + 4 * MINUTE },
      { flux: flux({ applied: true }), at: ASKED + 4.5 * MINUTE },
      ['applied'],
    ],
    [
      'is stuck when it was applied and the quota is the old one',
      { state: 'applied', appliedAt: ASKED + 4 * MINUTE },
      { flux: flux({ applied: true }), at: ASKED + 6 * MINUTE },
      ['stuck'],
    ],
    [
      'waits longer if nobody knows which Kustomization has the quota',
      { state: 'applied', appliedAt: ASKED + 4 * MINUTE },
      { flux: flux({ applied: true, owner: null }), at: ASKED + 6 * MINUTE },
      ['applied'],
    ],
    [
      'is not stuck because nobody can see its under cluster',
      {},
      { live: { known: false }, at: late },
      ['merged'],
    ],
    [
      'stays stuck while nobody can see whether it goes on',
      { state: 'stuck' },
      { live: { known: false }, at: late },
      [],
    ],
    [
      'stays stuck while nobody can see whether what was applied is there',
      { state: 'stuck', appliedAt: ASKED + 4 * MINUTE },
      { flux: flux({ applied: true }), live: { known: false }, at: late },
      [],
    ],
    [
      'is applied, though it was stuck, where nobody can see whether it is there',
      { state: 'stuck' },
      { flux: flux({ applied: true }), live: { known: false }, at: late },
      ['applied'],
    ],
    [
      'is not live because the quota is unknown',
      { liveBeforeKnown: false },
      { flux: flux({ applied: true }), live: { known: false } },
      ['applied'],
    ],
  ])('%s', (_, request, what, states) => {
    expect(
      statesOf(
        { ...merged, ...request },
        evidence({ host: { seen: 'unknown' }, ...what }),
      ),
    ).toEqual(states);
  });

  it.each<[string, Partial<RequestProgress>, Partial<Evidence>, string | null]>(
    [
      ['says nothing at first', {}, {}, null],
      [
        'says so once it takes long',
        {},
        { at: late },
        "The change was accepted; whether it is there can't be seen at the moment",
      ],
      [
        'says nothing just after it was applied',
        { state: 'applied', appliedAt: late },
        { at: late + MINUTE, flux: flux({ applied: true }) },
        null,
      ],
      [
        'says so long after it was applied',
        { state: 'applied', appliedAt: late },
        { at: 2 * late, flux: flux({ applied: true }) },
        "The change was applied; whether it is there can't be seen at the moment",
      ],
    ],
  )(
    'where nobody can see its under cluster, %s',
    (_, request, what, message) => {
      expect(
        nextState(
          { ...merged, ...request },
          evidence({
            host: { seen: 'unknown' },
            live: { known: false },
            ...what,
          }),
          RULES,
        ),
      ).toEqual([expect.objectContaining({ message })]);
    },
  );

  it('tells the tenant that applying failed, and the platform team why', () => {
    const [step] = nextState(
      merged,
      evidence({
        flux: flux({
          failing: {
            by: 'flux-system/tenants',
            words: 'BuildFailed: tenants/beta is wrong',
            ofTheMerge: true,
          },
        }),
      }),
      RULES,
    );
    expect(step.message).toContain('the platform team sees why');
    expect(step.message).not.toMatch(/beta|Kustomization/);
    expect(step.platformMessage).toBe(
      'Kustomization flux-system/tenants is not ready: BuildFailed: tenants/beta is wrong',
    );
  });

  it('says which size it became', () => {
    const steps = nextState(merged, evidence({ live: live(55n * GI) }), RULES);
    expect(steps).toMatchObject([
      {
        state: 'live',
        message: expect.stringMatching(/55 Gi now, not the 60 Gi/),
      },
    ]);
  });

  it('tells everything that it went through since it was looked at', () => {
    const steps = nextState(
      progress(),
      evidence({
        host: {
          ...(MERGED as Extract<HostEvidence, { seen: 'yes' }>),
          reviews: [review('approved', { words: 'Fine' })],
        },
        flux: flux({ applied: true }),
        live: live(60n * GI),
      }),
      RULES,
    );
    expect(steps).toEqual([
      { state: 'opened', at: ASKED + 5_000, by: 'portal', message: null },
      { state: 'approved', at: ASKED + MINUTE, by: 'petra', message: 'Fine' },
      { state: 'merged', at: ASKED + 3 * MINUTE, by: 'petra', message: null },
      { state: 'applied', at: ASKED + 4 * MINUTE, by: null, message: null },
      { state: 'live', at: ASKED + 4 * MINUTE, by: null, message: null },
    ]);
  });
});

describe('a request at a Git host that can not be asked', () => {
  const never: HostEvidence = { seen: 'never', kind: 'Gitea' };

  it('goes on by the live quota alone, and says so', () => {
    const [step] = nextState(
      progress(),
      evidence({ host: never, at: ASKED + 999 * MINUTE }),
      RULES,
    );
    expect(step).toMatchObject({
      state: 'preparing',
      message: expect.stringContaining("at Gitea can't be seen"),
    });
    expect(
      statesOf(progress(), evidence({ host: never, live: live(60n * GI) })),
    ).toEqual(['live']);
    expect(
      statesOf(progress(), evidence({ host: never, live: live(55n * GI) })),
    ).toEqual(['live']);
  });
});

describe('a request for a change of an under cluster’s storage', () => {
  const request = (parts: Partial<RequestProgress> = {}) =>
    progress({
      change: 'backend',
      wish: '0123456789ab',
      title: 'Swap: claim the name',
      liveBefore: null,
      liveBeforeKnown: false,
      ...parts,
    });
  const merged = {
    state: 'merged',
    proposal: { number: 4 },
    mergedAt: ASKED + 3 * MINUTE,
  } as const;
  const there = { known: true, arrived: true, missing: '' } as const;
  const notThere = {
    known: true,
    arrived: false,
    missing: 'Local-path still serves it.',
  } as const;
  const anyFlux = flux({ owner: null });
  const late = ASKED + 14 * MINUTE;

  it.each<[string, Partial<RequestProgress>, Partial<Evidence>, string[]]>([
    ['is opened', {}, { live: notThere }, ['opened']],
    [
      'is not live before it is merged',
      { state: 'opened', proposal: { number: 4 } },
      { live: there },
      ['opened'],
    ],
    [
      'is prepared while another wish is proposed',
      {},
      {
        host: seen({ head: { wish: 'incomplete', publishedAt: null } }),
        live: notThere,
      },
      ['preparing'],
    ],
    [
      'is approved with its own wish',
      { state: 'opened', proposal: { number: 4 } },
      {
        host: seen({
          head: { wish: '0123456789ab', publishedAt: null },
          reviews: [review('approved')],
        }),
        live: notThere,
      },
      ['approved'],
    ],
    ['is merged', merged, { live: notThere, flux: anyFlux }, ['merged']],
    [
      'is live before Flux says that it applied it',
      merged,
      { live: there, flux: anyFlux },
      ['live'],
    ],
    [
      'is not live by what was there before',
      { ...merged, arrivedBefore: true },
      { live: there, flux: anyFlux },
      ['merged'],
    ],
    [
      'is live by what was there before, once that is applied',
      { ...merged, arrivedBefore: true },
      { live: there, flux: flux({ owner: null, applied: true }) },
      ['applied', 'live'],
    ],
    [
      'is live by what was there before, where there is no Flux',
      { ...merged, arrivedBefore: true },
      { live: there },
      ['live'],
    ],
    [
      'is live by what was there before, if Flux never tells',
      { ...merged, arrivedBefore: true },
      { live: there, flux: anyFlux, at: late },
      ['live'],
    ],
    [
      'is not live, but stuck, by what was there before it got to its Git host',
      { arrivedBefore: true },
      { host: seen({ proposal: null }), live: there, at: late },
      ['stuck'],
    ],
    [
      'waits for what is installed once it is applied',
      { ...merged, state: 'applied', appliedAt: ASKED + 4 * MINUTE },
      { live: notThere, flux: anyFlux, at: ASKED + 13 * MINUTE },
      ['applied'],
    ],
    [
      'is stuck if it does not come',
      { ...merged, state: 'applied', appliedAt: ASKED + 4 * MINUTE },
      { live: notThere, flux: anyFlux, at: ASKED + 15 * MINUTE },
      ['stuck'],
    ],
    [
      'is not stuck while nobody sees whether it is there',
      { ...merged, state: 'applied', appliedAt: ASKED + 4 * MINUTE },
      { live: { known: false }, flux: anyFlux, at: ASKED + 99 * MINUTE },
      ['applied'],
    ],
    [
      'is live where its Git host can not be asked',
      {},
      { host: { seen: 'never', kind: 'Gitea' }, live: there },
      ['live'],
    ],
  ])('%s', (_, parts, what, states) => {
    expect(statesOf(request(parts), evidence(what))).toEqual(states);
  });

  it.each<[string, Partial<RequestProgress>, Partial<Evidence>, string]>([
    [
      'is missing after it was applied',
      { ...merged, state: 'applied', appliedAt: ASKED + 4 * MINUTE },
      { live: notThere, flux: anyFlux, at: ASKED + 15 * MINUTE },
      'The change was applied, but it is not there: Local-path still serves it',
    ],
    [
      'is missing where there is no Flux',
      merged,
      { live: notThere, at: late },
      'The change was accepted, but after 10 minutes it is not there: Local-path still serves it',
    ],
    [
      'is proposed instead',
      { proposal: { number: 4 } },
      {
        host: seen({
          head: { wish: 'ba9876543210', publishedAt: null },
          proposal: proposal({ title: 'Swap: \u202eclean\nup' }),
        }),
        live: notThere,
        at: late,
      },
      'The change that is proposed at github.com is another one than was asked for last: “Swap: clean up” instead of “Swap: claim the name”; ask again',
    ],
    [
      'can not be asked about',
      { state: 'opened' },
      { host: { seen: 'never', kind: 'Gitea' }, live: notThere },
      "How far it is at Gitea can't be seen from here: look there, or wait until it is there",
    ],
  ])('says what %s', (_, parts, what, message) => {
    expect(
      nextState(request(parts), evidence(what), RULES).at(-1),
    ).toMatchObject({ message });
  });
});

describe('whatever is seen, in whatever order', () => {
  const hosts: HostEvidence[] = [
    { seen: 'unknown' },
    seen({ proposal: null }),
    seen(),
    seen({ reviews: [review('approved')] }),
    seen({ reviews: [review('changesRequested')] }),
    seen({ proposal: proposal({ state: 'closed', closedAt: ASKED }) }),
    seen({ head: says(60n), reviews: [review('approved')] }),
    seen({ head: says(70n), reviews: [review('approved')] }),
    MERGED,
  ];
  const lives: Array<Evidence['live']> = [
    { known: false },
    live(null),
    live(50n * GI),
    live(55n * GI),
    live(60n * GI),
  ];
  const fluxes: FluxEvidence[] = [
    { seen: false },
    flux(),
    flux({ applied: undefined }),
    flux({ applied: true }),
    flux({ suspended: true }),
    flux({ working: true }),
    flux({
      failing: { by: 'flux-system/tenants', words: 'x', ofTheMerge: true },
    }),
  ];

  it('time never goes back, live is the end, and what is merged stays merged', () => {
    const all = hosts.flatMap(host =>
      lives.flatMap(of => fluxes.map(by => ({ host, live: of, flux: by }))),
    );
    let count = 0;
    for (const first of all) {
      for (const second of all) {
        let request = progress();
        let at = ASKED;
        for (const what of [first, second]) {
          at += 6 * MINUTE;
          const before = request;
          for (const step of nextState(request, { at, ...what }, RULES)) {
            count += 1;
            if (step.at < request.since || step.at > at) {
              throw new Error(`${step.state} is at a wrong time`);
            }
            if (request.state === 'live') throw new Error('live is no end');
            if (
              before.mergedAt !== null &&
              !['merged', 'applied', 'live', 'stuck'].includes(step.state)
            ) {
              throw new Error(`${step.state} after the merge`);
            }
            request = {
              ...request,
              state: step.state,
              since: step.at,
              mergedAt:
                step.state === 'merged'
                  ? request.mergedAt ?? step.at
                  : request.mergedAt,
              appliedAt:
                step.state === 'applied'
                  ? request.appliedAt ?? step.at
                  : request.appliedAt,
            };
          }
          if (what.host.seen === 'yes' && what.host.proposal) {
            request = { ...request, proposal: what.host.proposal };
          }
        }
      }
    }
    expect(count).toBeGreaterThan(10_000);
  });
});

describe('what reviewers say', () => {
  it('is the latest, and asking for changes weighs more', () => {
    const said = verdictOf(
      [
        review('changesRequested', { by: 'a', at: ASKED + 1 }),
        review('changesRequested', { by: 'b', at: ASKED + 2 }),
        review('approved', { by: 'c', at: ASKED + 3 }),
      ],
      ASKED,
    );
    expect(said?.by).toBe('b');
    expect(verdictOf([review('withdrawn')], ASKED)).toBeUndefined();
  });
});
