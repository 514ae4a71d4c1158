import { useSignal } from '@backstage/plugin-signals-react';
import { useCallback, useEffect, useRef, useState } from 'react';

/** How long signals gather before one fetch answers them all. */
export const SIGNAL_DEBOUNCE_MS = 200;

/**
 * How often to ask where no signal has been heard yet, or after a failure. That the portal has signals doesn't mean that they arrive:
 * Backstage's signals backend leaves the first WebSocket after its start unanswered, and nothing tells of a socket that was lost.
 */
export const POLL_MS = 10_000;

/**
 * How often to ask where signals are heard: they may get lost, and asking renews the backend's knowledge that somebody who may read
 * is looking, without which it stops sending them.
 */
export const POLL_WITH_SIGNALS_MS = 60_000;

/** How long an answer may take. A connection that hangs must not keep the page from asking again. */
export const TIMEOUT_MS = 30_000;

/** The latest that is known, and how the asking goes. */
export interface LiveAnswer<T> {
  /** The latest answer; kept while the next is on its way and when it fails, gone once reading is refused. */
  value?: T;
  /** Why the latest asking failed. */
  error?: Error;
  /** Whether a fetch is on its way. */
  loading: boolean;
  /** When `value` arrived, in ms since the epoch. */
  loadedAt?: number;
  /** Asks again now. */
  refresh(): void;
}

function isRefusal(error: unknown): boolean {
  const status = (error as { statusCode?: unknown } | undefined)?.statusCode;
  return status === 401 || status === 403 || status === 404;
}

/** How long to wait, in ms, before asking again after an answer that came; undefined leaves it to the usual. */
export type PollAfter<T> = (value: T) => number | undefined;

/** Asks, and asks again: as `pollAfter` says, else as it suits whether signals are heard. Rests while the page is hidden. */
function useRepeatedAsking<T>(
  load: (signal: AbortSignal) => Promise<T>,
  isSignalsAvailable: boolean,
  pollAfter?: PollAfter<T>,
): LiveAnswer<T> & { onSignal(): void } {
  const [answer, setAnswer] = useState<Omit<LiveAnswer<T>, 'refresh'>>({
    loading: true,
  });
  const trigger = useRef<(delay?: number) => void>(() => {});
  const heard = useRef(false);

  useEffect(() => {
    let attempt: AbortController | undefined;
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let dueAt = Number.POSITIVE_INFINITY;
    let running = false;
    let askedMeanwhile = false;

    function schedule(delay: number) {
      const at = Date.now() + delay;
      if (timer !== undefined && dueAt <= at) return;
      if (timer !== undefined) clearTimeout(timer);
      dueAt = at;
      timer = setTimeout(() => {
        timer = undefined;
        dueAt = Number.POSITIVE_INFINITY;
        // A hidden page asks nothing; it asks when it is looked at again.
        if (document.visibilityState === 'hidden') askedMeanwhile = true;
        else run();
      }, delay);
    }

    async function run() {
      if (timer !== undefined) clearTimeout(timer);
      timer = undefined;
      dueAt = Number.POSITIVE_INFINITY;
      if (running) {
        askedMeanwhile = true;
        return;
      }
      running = true;
      askedMeanwhile = false;
      setAnswer(last => ({ ...last, loading: true }));
      let failed = false;
      let wanted: number | undefined;
      attempt = new AbortController();
      const { signal } = attempt;
      let timeout: ReturnType<typeof setTimeout> | undefined;
      const tooLong = new Promise<never>((_, reject) => {
        timeout = setTimeout(() => {
          attempt?.abort();
          reject(new Error('No answer within 30 seconds'));
        }, TIMEOUT_MS);
      });
      try {
        const value = await Promise.race([load(signal), tooLong]);
        if (stopped) return;
        wanted = pollAfter?.(value);
        setAnswer({ value, loading: false, loadedAt: Date.now() });
      } catch (error) {
        if (stopped) return;
        failed = true;
        const cause = error instanceof Error ? error : new Error(String(error));
        setAnswer(last =>
          isRefusal(error)
            ? { error: cause, loading: false }
            : { ...last, error: cause, loading: false },
        );
      } finally {
        clearTimeout(timeout);
      }
      running = false;
      if (askedMeanwhile) schedule(SIGNAL_DEBOUNCE_MS);
      else if (wanted !== undefined) schedule(wanted);
      else
        schedule(
          isSignalsAvailable && heard.current && !failed
            ? POLL_WITH_SIGNALS_MS
            : POLL_MS,
        );
    }

    const onVisible = () => {
      if (document.visibilityState === 'visible' && askedMeanwhile) run();
    };
    document.addEventListener('visibilitychange', onVisible);
    trigger.current = delay => {
      if (running) askedMeanwhile = true;
      else if (delay) schedule(delay);
      else run();
    };
    run();
    return () => {
      stopped = true;
      attempt?.abort();
      if (timer !== undefined) clearTimeout(timer);
      trigger.current = () => {};
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [load, isSignalsAvailable, pollAfter]);

  const onSignal = useCallback(() => {
    heard.current = true;
    trigger.current(SIGNAL_DEBOUNCE_MS);
  }, []);
  const refresh = useCallback(() => trigger.current(), []);
  return { ...answer, refresh, onSignal };
}

/**
 * Loads an answer and keeps it live: loads again on every signal of `channel`, polls, and rests while the page is hidden.
 *
 * @param load - asks for the answer; a new function asks a new question, at once, and only its answer counts. Memoise it.
 * @param channel - of the signals service
 * @param pollAfter - memoise it, too
 */
export function useLiveAnswer<T>(
  load: (signal: AbortSignal) => Promise<T>,
  channel: string,
  pollAfter?: PollAfter<T>,
): LiveAnswer<T> {
  const { lastSignal, isSignalsAvailable } = useSignal(channel);
  const { onSignal, ...answer } = useRepeatedAsking(
    load,
    isSignalsAvailable,
    pollAfter,
  );
  useEffect(() => {
    if (lastSignal) onSignal();
  }, [lastSignal, onSignal]);
  return answer;
}

/** Loads an answer of which no signal tells, and polls. As {@link useLiveAnswer} otherwise. */
export function usePolledAnswer<T>(
  load: (signal: AbortSignal) => Promise<T>,
  pollAfter?: PollAfter<T>,
): LiveAnswer<T> {
  return useRepeatedAsking(load, false, pollAfter);
}
