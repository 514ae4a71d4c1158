import { TestApiProvider } from '@backstage/frontend-test-utils';
import { signalApiRef } from '@backstage/plugin-signals-react';
import { act, renderHook } from '@testing-library/react';
import { PropsWithChildren } from 'react';
import { signalsInMemory } from '../../dev/signalsInMemory';
import {
  POLL_MS,
  POLL_WITH_SIGNALS_MS,
  SIGNAL_DEBOUNCE_MS,
  TIMEOUT_MS,
  useLiveAnswer,
  usePolledAnswer,
} from './useLiveAnswer';

/** A question whose answers the test gives, one after the other. */
function question() {
  const asked: {
    answer(value: string): void;
    fail(error: Error): void;
    signal: AbortSignal;
  }[] = [];
  const load = (signal: AbortSignal) =>
    new Promise<string>((answer, fail) => asked.push({ answer, fail, signal }));
  return { asked, load };
}

function refusal(statusCode: number) {
  return Object.assign(new Error('refused'), { statusCode });
}

describe('useLiveAnswer', () => {
  const signals = signalsInMemory();
  let visibility = 'visible';

  const withSignals = ({ children }: PropsWithChildren<{}>) => (
    <TestApiProvider apis={[[signalApiRef, signals.api]]}>
      {children}
    </TestApiProvider>
  );
  const withoutSignals = ({ children }: PropsWithChildren<{}>) => (
    <TestApiProvider apis={[]}>{children}</TestApiProvider>
  );
  const pass = (ms: number) => act(() => jest.advanceTimersByTimeAsync(ms));
  const settle = (what: () => void) =>
    act(async () => {
      what();
      await jest.advanceTimersByTimeAsync(0);
    });
  const look = (state: 'visible' | 'hidden') =>
    settle(() => {
      visibility = state;
      document.dispatchEvent(new Event('visibilitychange'));
    });

  beforeEach(() => {
    jest.useFakeTimers();
    visibility = 'visible';
    jest
      .spyOn(document, 'visibilityState', 'get')
      .mockImplementation(() => visibility as DocumentVisibilityState);
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  function start(wrapper = withSignals) {
    const { asked, load } = question();
    const rendered = renderHook(
      (props: { load: typeof load }) => useLiveAnswer(props.load, 'channel'),
      { wrapper, initialProps: { load } },
    );
    return { asked, ...rendered };
  }

  it('asks at once, and says that it is loading', async () => {
    const { asked, result } = start();
    expect(asked).toHaveLength(1);
    expect(result.current).toMatchObject({ loading: true });
    await settle(() => asked[0].answer('one'));
    expect(result.current).toMatchObject({ loading: false, value: 'one' });
  });

  it('asks once for many signals, and keeps the old answer meanwhile', async () => {
    const { asked, result } = start();
    await settle(() => asked[0].answer('one'));
    await settle(() => signals.signal('channel'));
    await pass(SIGNAL_DEBOUNCE_MS / 2);
    await settle(() => signals.signal('channel'));
    await pass(SIGNAL_DEBOUNCE_MS / 2);
    expect(asked).toHaveLength(2);
    expect(result.current).toMatchObject({ loading: true, value: 'one' });
    await settle(() => asked[1].answer('two'));
    expect(result.current).toMatchObject({ loading: false, value: 'two' });
    await pass(SIGNAL_DEBOUNCE_MS * 2);
    expect(asked).toHaveLength(2);
  });

  it('is not held off by signals that never stop', async () => {
    const { asked } = start();
    await settle(() => asked[0].answer('one'));
    for (let i = 0; i < 10; i++) {
      await settle(() => signals.signal('channel'));
      await pass(SIGNAL_DEBOUNCE_MS / 4);
    }
    expect(asked.length).toBeGreaterThan(1);
  });

  it('does not overlap: a signal during a fetch is answered after it', async () => {
    const { asked, result } = start();
    await settle(() => signals.signal('channel'));
    await pass(SIGNAL_DEBOUNCE_MS * 5);
    expect(asked).toHaveLength(1);
    await settle(() => asked[0].answer('one'));
    await pass(SIGNAL_DEBOUNCE_MS);
    expect(asked).toHaveLength(2);
    await settle(() => asked[1].answer('two'));
    expect(result.current.value).toBe('two');
  });

  it('polls slowly once it has heard a signal', async () => {
    const { asked } = start();
    await settle(() => asked[0].answer('one'));
    await settle(() => signals.signal('channel'));
    await pass(SIGNAL_DEBOUNCE_MS);
    await settle(() => asked[1].answer('two'));
    await pass(POLL_WITH_SIGNALS_MS - 1);
    expect(asked).toHaveLength(2);
    await pass(1);
    expect(asked).toHaveLength(3);
  });

  it('polls as if there were none until it has heard a signal', async () => {
    const { asked } = start();
    await settle(() => asked[0].answer('one'));
    await pass(POLL_MS);
    expect(asked).toHaveLength(2);
  });

  it('polls where there are none', async () => {
    const { asked } = start(withoutSignals);
    await settle(() => asked[0].answer('one'));
    await pass(POLL_MS);
    expect(asked).toHaveLength(2);
  });

  it('asks nothing while the page is hidden, and at once when it is looked at again', async () => {
    const { asked } = start();
    await settle(() => asked[0].answer('one'));
    await look('hidden');
    await settle(() => signals.signal('channel'));
    await pass(POLL_WITH_SIGNALS_MS * 10);
    expect(asked).toHaveLength(1);
    await look('visible');
    expect(asked).toHaveLength(2);
  });

  it('asks nothing when a hidden page comes back before anything is due', async () => {
    const { asked } = start();
    await settle(() => asked[0].answer('one'));
    await look('hidden');
    await pass(1000);
    await look('visible');
    expect(asked).toHaveLength(1);
  });

  it('keeps the old answer when asking fails, and tries again soon', async () => {
    const { asked, result } = start();
    await settle(() => asked[0].answer('one'));
    await settle(() => result.current.refresh());
    await settle(() => asked[1].fail(new Error('network down')));
    expect(result.current).toMatchObject({
      value: 'one',
      error: { message: 'network down' },
      loading: false,
    });
    await pass(POLL_MS);
    await settle(() => asked[2].answer('two'));
    expect(result.current).toMatchObject({ value: 'two' });
    expect(result.current.error).toBeUndefined();
  });

  it.each([401, 403, 404])(
    'shows nothing any more once reading is refused with %d',
    async status => {
      const { asked, result } = start();
      await settle(() => asked[0].answer('one'));
      await settle(() => result.current.refresh());
      await settle(() => asked[1].fail(refusal(status)));
      expect(result.current.value).toBeUndefined();
      expect(result.current.error).toMatchObject({ statusCode: status });
    },
  );

  it('gives up on an answer that never comes', async () => {
    const { asked, result } = start();
    await pass(TIMEOUT_MS);
    expect(asked[0].signal.aborted).toBe(true);
    expect(result.current.error).toMatchObject({
      message: expect.stringContaining('No answer'),
    });
    await pass(POLL_MS);
    expect(asked).toHaveLength(2);
  });

  it('counts only the answer to the latest question', async () => {
    const { asked, result, rerender } = start();
    const other = question();
    rerender({ load: other.load });
    expect(asked[0].signal.aborted).toBe(true);
    await settle(() => other.asked[0].answer('new'));
    await settle(() => asked[0].answer('old'));
    expect(result.current.value).toBe('new');
  });

  it('stops when it goes', async () => {
    const { asked, unmount } = start();
    unmount();
    expect(asked[0].signal.aborted).toBe(true);
    await pass(POLL_WITH_SIGNALS_MS * 2);
    expect(asked).toHaveLength(1);
  });

  it('asks as often as an answer calls for, and as usual once none does', async () => {
    const { asked, load } = question();
    const isOften = (answer: string) => (answer === 'open' ? 5_000 : undefined);
    renderHook(() => useLiveAnswer(load, 'channel', isOften), {
      wrapper: withSignals,
    });
    await settle(() => asked[0].answer('open'));
    await pass(5_000);
    expect(asked).toHaveLength(2);
    await settle(() => asked[1].answer('done'));
    await pass(5_000);
    expect(asked).toHaveLength(2);
    await pass(POLL_MS - 5_000);
    expect(asked).toHaveLength(3);
  });

  it('polls where there is no channel to listen to', async () => {
    const { asked, load } = question();
    const { result } = renderHook(() => usePolledAnswer(load), {
      wrapper: withSignals,
    });
    await settle(() => asked[0].answer('first'));
    await pass(POLL_MS);
    await settle(() => asked[1].answer('second'));
    expect(result.current.value).toBe('second');
  });
});
