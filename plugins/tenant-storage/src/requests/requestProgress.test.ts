import { requestThrough, step } from '../../dev/storageRequests';
import { canChange, progressOf, splitRequests } from './requestProgress';

const states = (request: ReturnType<typeof requestThrough>) =>
  progressOf(request).map(({ state }) => state);

const sent = [step('preparing', 900), step('opened', 880, 'alice')];
const approved = step('approved', 600, 'petra');
const merged = step('merged', 300, 'petra');

describe('progressOf', () => {
  it.each([
    ['is being sent', [sent[0]], ['current', 'ahead', 'ahead', 'ahead']],
    ['waits for approval', sent, ['done', 'current', 'ahead', 'ahead']],
    ['is approved', [...sent, approved], ['done', 'done', 'current', 'ahead']],
    [
      'is merged',
      [...sent, approved, merged],
      ['done', 'done', 'current', 'ahead'],
    ],
    [
      'is applied',
      [...sent, approved, merged, step('applied', 9)],
      ['done', 'done', 'done', 'current'],
    ],
    [
      'is live',
      [...sent, approved, merged, step('applied', 9), step('live', 5)],
      ['done', 'done', 'done', 'done'],
    ],
  ])('tells how far a request is that %s', (_, history, expected) => {
    expect(states(requestThrough(history))).toEqual(expected);
  });

  it('shows where it is that a request does not go on', () => {
    expect(
      states(requestThrough([...sent, step('changesRequested', 60, 'petra')])),
    ).toEqual(['done', 'trouble', 'ahead', 'ahead']);
    expect(
      states(requestThrough([...sent, approved, merged, step('stuck', 60)])),
    ).toEqual(['done', 'done', 'trouble', 'ahead']);
    expect(
      states(requestThrough([...sent, step('withdrawn', 60, 'alice')])),
    ).toEqual(['done', 'trouble', 'ahead', 'ahead']);
  });

  it('takes for approval what was merged without a word', () => {
    const [, approval] = progressOf(requestThrough([...sent, merged]));
    expect(approval).toMatchObject({
      state: 'done',
      at: merged.at,
      by: 'petra',
    });
  });

  it('tells of the latest time that a step was taken', () => {
    const again = step('opened', 100, 'alice');
    const [first, approval] = progressOf(
      requestThrough([...sent, step('changesRequested', 200, 'petra'), again]),
    );
    expect(first.at).toBe(again.at);
    expect(approval.state).toBe('current');
  });
});

describe('canChange', () => {
  it('holds until a request is merged', () => {
    expect(canChange(requestThrough(sent))).toBe(true);
    expect(canChange(requestThrough([...sent, approved]))).toBe(true);
    expect(canChange(requestThrough([...sent, merged]))).toBe(false);
    expect(canChange(requestThrough([...sent, merged, step('stuck', 5)]))).toBe(
      false,
    );
    expect(canChange(requestThrough([...sent, step('stuck', 5)]))).toBe(true);
    expect(canChange(requestThrough([...sent, step('withdrawn', 5)]))).toBe(
      false,
    );
  });
});

describe('splitRequests', () => {
  const live = (secondsAgo: number) =>
    requestThrough([...sent, merged, step('live', secondsAgo)]);

  it('shows whole what is open, however old, and what has just ended', () => {
    const open = requestThrough(sent);
    const [justNow, old] = [live(60), live(7200)];
    expect(splitRequests([justNow, open, old], Date.now())).toEqual({
      current: [justNow, open],
      past: [old],
    });
  });

  it('folds away what ended before something else was asked for', () => {
    const open = requestThrough(sent);
    const justNow = live(60);
    expect(splitRequests([open, justNow], Date.now()).past).toEqual([justNow]);
  });
});
