import { SignalApi } from '@backstage/plugin-signals-react';

/** A signals service in memory. */
export function signalsInMemory() {
  const listeners = new Map<string, Set<(message: never) => void>>();
  const api: SignalApi = {
    subscribe(channel, onMessage) {
      const ofChannel = listeners.get(channel) ?? new Set();
      ofChannel.add(onMessage);
      listeners.set(channel, ofChannel);
      return { unsubscribe: () => ofChannel.delete(onMessage) };
    },
  };
  return {
    api,
    /** Sends an empty message, as the backend does. */
    signal(channel: string) {
      listeners.get(channel)?.forEach(onMessage => onMessage({} as never));
    },
  };
}
