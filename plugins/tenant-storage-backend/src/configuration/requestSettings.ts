import {
  readSchedulerServiceTaskScheduleDefinitionFromConfig,
  type RootConfigService,
  type SchedulerServiceTaskScheduleDefinition,
} from '@backstage/backend-plugin-api';
import { readDurationFromConfig } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { durationToMilliseconds, type HumanDuration } from '@backstage/types';
import type { RequestsSettings } from '../requests';
import { ConfigSection } from './configSection';

const KEY = 'tenantStorage.requests';
const SCHEDULE = ['frequency', 'timeout', 'initialDelay', 'scope'];

function named<T>(key: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new InputError(
      `${key} can't be read: ${
        error instanceof Error ? error.message : String(error)
      }`,
    );
  }
}

/**
 * Reads `tenantStorage.requests`.
 *
 * @throws InputError that names the whole key.
 */
export function readRequestSettings(
  config: RootConfigService,
): RequestsSettings {
  const value = config.getOptional(KEY);
  if (value !== undefined) {
    const known = new ConfigSection(KEY, value, ['schedule', 'stuckAfter']);
    if (known.has('schedule')) known.section('schedule', SCHEDULE);
  }
  const schedule: SchedulerServiceTaskScheduleDefinition = config.has(
    `${KEY}.schedule`,
  )
    ? named(`${KEY}.schedule`, () =>
        readSchedulerServiceTaskScheduleDefinitionFromConfig(
          config.getConfig(`${KEY}.schedule`),
        ),
      )
    : {
        frequency: { seconds: 30 },
        timeout: { minutes: 2 },
        initialDelay: { seconds: 5 },
      };
  const stuckAfter: HumanDuration = config.has(`${KEY}.stuckAfter`)
    ? named(`${KEY}.stuckAfter`, () =>
        readDurationFromConfig(config, { key: `${KEY}.stuckAfter` }),
      )
    : { minutes: 10 };
  if (durationToMilliseconds(stuckAfter) <= 0) {
    throw new InputError(
      `${KEY}.stuckAfter must be longer than nothing, such as { minutes: 10 }`,
    );
  }
  return { schedule, stuckAfter };
}
