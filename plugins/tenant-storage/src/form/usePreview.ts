import { useCallback, useEffect, useRef, useState } from 'react';

/** How long somebody must have stopped typing before the backend is asked. */
export const TYPING_DEBOUNCE_MS = 350;

/** How long a preview may take: the backend reads a repository for it. */
export const PREVIEW_TIMEOUT_MS = 30_000;

/** The latest preview, and how the asking goes. */
export interface LatestPreview<TPreview> {
  /** The latest preview of the same thing; of an earlier wish while the next is on its way. */
  preview?: TPreview;
  /** Whether `preview` is about the wish as it stands. */
  isCurrent: boolean;
  /** Why the wish as it stands could not be previewed. */
  error?: Error;
  loading: boolean;
  retry(): void;
}

interface Settled<TWish, TPreview> {
  key: string;
  wish: TWish;
  preview?: TPreview;
  error?: Error;
}

/**
 * Previews a wish while it is being typed. Only the answer to the latest wish counts; nothing of one thing is shown for another.
 *
 * @param wish - plain JSON; undefined asks nothing.
 * @param ask - asks the backend; the same function as long as it asks the same.
 * @param isSameThing - whether what was said of one wish may stand until there is an answer to the other.
 */
export function usePreview<TWish, TPreview>(
  wish: TWish | undefined,
  ask: (wish: TWish, options: { signal: AbortSignal }) => Promise<TPreview>,
  isSameThing: (a: TWish, b: TWish) => boolean,
): LatestPreview<TPreview> {
  const key = wish && JSON.stringify(wish);
  const [settled, setSettled] = useState<Settled<TWish, TPreview>>();
  const [attempt, setAttempt] = useState(0);
  const asked = useRef(false);
  const isSame = useRef(isSameThing);
  isSame.current = isSameThing;

  useEffect(() => {
    if (key === undefined) return undefined;
    const wished: TWish = JSON.parse(key);
    const controller = new AbortController();
    let stopped = false;
    let timeout: ReturnType<typeof setTimeout> | undefined;
    const delay = asked.current ? TYPING_DEBOUNCE_MS : 0;
    const timer = setTimeout(async () => {
      asked.current = true;
      const tooLong = new Promise<never>((_, reject) => {
        timeout = setTimeout(() => {
          controller.abort();
          reject(new Error('No answer within 30 seconds'));
        }, PREVIEW_TIMEOUT_MS);
      });
      try {
        const preview = await Promise.race([
          ask(wished, { signal: controller.signal }),
          tooLong,
        ]);
        if (!stopped) setSettled({ key, wish: wished, preview });
      } catch (cause) {
        if (stopped) return;
        const error = cause instanceof Error ? cause : new Error(String(cause));
        setSettled(last => ({
          key,
          wish: wished,
          preview:
            last && isSame.current(last.wish, wished)
              ? last.preview
              : undefined,
          error,
        }));
      } finally {
        clearTimeout(timeout);
      }
    }, delay);
    return () => {
      stopped = true;
      clearTimeout(timer);
      clearTimeout(timeout);
      controller.abort();
    };
  }, [ask, key, attempt]);

  const retry = useCallback(() => {
    setSettled(last => last && { ...last, key: '', error: undefined });
    setAttempt(last => last + 1);
  }, []);

  const isSettled = key !== undefined && settled?.key === key;
  return {
    preview:
      settled && wish && isSameThing(settled.wish, wish)
        ? settled.preview
        : undefined,
    isCurrent: isSettled && !settled.error,
    error: isSettled ? settled.error : undefined,
    loading: key !== undefined && !isSettled,
    retry,
  };
}
