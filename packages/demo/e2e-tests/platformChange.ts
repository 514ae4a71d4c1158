import type { Browser, Page } from '@playwright/test';
import { expect, signIn, type Portal } from './portal';

/** The platform engineer, signed in, who asks for changes of muc-1. */
export interface Petra {
  page: Page;
  /** What a change would mean: the answer that the form's preview shows. */
  preview(change: string, input: object): Promise<Record<string, any>>;
  /** Has the task of a template run, with what its form would send; the addresses of the pull requests, by their titles on the task's page. */
  propose(template: string, input: object): Promise<Record<string, string>>;
}

const UNDER_CLUSTER = 'muc-1';
const reason = 'Volumes have to outlive a node.';

export async function signInAsPetra(
  browser: Browser,
  portal: Portal,
): Promise<Petra> {
  const page = await signIn(browser, portal, 'petra');
  const asked = page.waitForRequest(
    request =>
      request.url().includes('/api/tenant-storage/') &&
      request.headers().authorization !== undefined,
  );
  await page.goto(`${portal.portalUrl}/storage-requests`);
  const { authorization } = (await asked).headers();
  const api = async (path: string, body?: object) => {
    const answer = await fetch(`${portal.portalUrl}/api/${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  };
  return {
    page,
    preview: (change, input) =>
      api(`tenant-storage/v1/changes/${change}/preview`, {
        underCluster: UNDER_CLUSTER,
        reason,
        input,
      }),
    async propose(template, input) {
      const { id } = await api('scaffolder/v2/tasks', {
        templateRef: `template:default/${template}`,
        values: { underCluster: UNDER_CLUSTER, reason, ...input },
      });
      await page.goto(`${portal.portalUrl}/create/tasks/${id}`);
      const task = () => api(`scaffolder/v2/tasks/${id}`);
      await expect
        .poll(async () => (await task()).status, { timeout: 60_000 })
        .toBe('completed');
      const events = await api(`scaffolder/v2/tasks/${id}/events?after=0`);
      const { output } = events.find(
        ({ type }: { type: string }) => type === 'completion',
      ).body;
      return Object.fromEntries(
        output.links.map(({ title, url }: { title: string; url: string }) => [
          title,
          url,
        ]),
      );
    },
  };
}

/** The button that merges, on the pull request's page as it is now. */
export function mergeButton(page: Page) {
  return page.getByRole('button', { name: 'Merge', exact: true });
}

/** Reads a pull request again and again until its gate is as told. */
export async function untilGate(
  page: Page,
  pullRequest: string,
  state: 'passed' | 'waiting',
) {
  await expect(async () => {
    await page.goto(pullRequest);
    await expect(page.getByText(`kmetal-storage ${state}`)).toBeVisible({
      timeout: 1_000,
    });
  }).toPass({ timeout: 90_000 });
}

export async function merge(page: Page, pullRequest: string) {
  await untilGate(page, pullRequest, 'passed');
  await mergeButton(page).click();
  await expect(page.getByText('Merged', { exact: true })).toBeVisible();
}
