import type {
  AuditorService,
  AuditorServiceEventSeverityLevel,
} from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import type { JsonObject } from '@backstage/types';
import type { Request } from 'express';

/** Records who asked for what, and whether they got it. */
export async function audited<T>(
  auditor: AuditorService,
  request: Request,
  event: {
    eventId: string;
    severityLevel?: AuditorServiceEventSeverityLevel;
    meta: JsonObject;
  },
  answer: () => Promise<T>,
): Promise<T> {
  const recorded = await auditor.createEvent({
    eventId: event.eventId,
    severityLevel: event.severityLevel ?? 'low',
    meta: event.meta,
    request,
  });
  let result: T;
  try {
    result = await answer();
  } catch (error) {
    await recorded.fail({
      error: error instanceof Error ? error : new Error(stringifyError(error)),
    });
    throw error;
  }
  await recorded.success();
  return result;
}
