import { randomUUID } from 'node:crypto';
import {
  formatUsage,
  parseQuantity,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import type { Page } from '@playwright/test';
import { expect, signIn, test, type Portal } from './portal';

const storageKey =
  'tenant-storage-class.storageclass.storage.k8s.io/requests.storage';

/** From the portal's first page to the Storage tab of a tenant, as a person clicks. */
async function openStorageTab(page: Page, title: string) {
  await page.getByRole('link', { name: title }).click();
  await page
    .getByRole('navigation', { name: 'Content navigation' })
    .getByRole('link', { name: 'Storage' })
    .click();
  await expect(page.getByText(/^Storage of /)).toBeVisible();
}

/** The line that tells use and limit of alpha, out of what its API server says now. */
async function usageOfAlpha(portal: Portal): Promise<string> {
  const { status } = await portal.kubectl(
    'muc-1',
    'GET',
    '/api/v1/namespaces/alpha/resourcequotas/alpha-storage',
  );
  return formatUsage(
    parseQuantity(status.used[storageKey]),
    parseQuantity(status.hard[storageKey]),
  );
}

test.describe('A tenant sees its storage', () => {
  test('its developer finds it in the catalog, and sees the numbers that kubectl shows', async ({
    portal,
    browser,
  }) => {
    const page = await signIn(browser, portal, 'alice');
    await openStorageTab(page, 'alpha (Munich 1)');

    await expect(
      page.getByText(await usageOfAlpha(portal)).first(),
    ).toBeVisible();
    await expect(
      page.getByText('The quota has no room for this volume').first(),
    ).toBeVisible();
    const claims = await portal.kubectl(
      'muc-1',
      'GET',
      '/api/v1/namespaces/alpha/persistentvolumeclaims',
    );
    for (const claim of claims.items) {
      const uid = claim.metadata.name.replace(/^pvc-/, '');
      await expect(page.getByText(uid.slice(0, 8)).first()).toBeVisible();
    }
    await page.context().close();
  });

  test('a new claim shows within two seconds, and is gone when it is deleted, without a reload', async ({
    portal,
    browser,
  }) => {
    const page = await signIn(browser, portal, 'alice');
    await openStorageTab(page, 'alpha (Munich 1)');
    await page.evaluate(() => {
      document.title = 'not reloaded';
    });
    const uid = randomUUID();
    const shortUid = page.getByText(uid.slice(0, 8)).first();
    await expect(page.getByText('Live').first()).toBeVisible();

    await portal.kubectl(
      'muc-1',
      'POST',
      '/api/v1/namespaces/alpha/persistentvolumeclaims',
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: `pvc-${uid}`, namespace: 'alpha' },
        spec: {
          storageClassName: 'tenant-storage-class',
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '1Gi' } },
        },
      },
    );
    await expect(shortUid).toBeVisible({ timeout: 2_000 });
    await expect
      .poll(async () =>
        page
          .getByText(await usageOfAlpha(portal))
          .first()
          .isVisible(),
      )
      .toBe(true);

    await portal.kubectl(
      'muc-1',
      'DELETE',
      `/api/v1/namespaces/alpha/persistentvolumeclaims/pvc-${uid}`,
    );
    await expect(shortUid).toBeHidden();
    expect(await page.evaluate(() => document.title)).toBe('not reloaded');
    await page.context().close();
  });

  test("another tenant's page is not to be had, and can't be told from one that does not exist", async ({
    portal,
    browser,
  }) => {
    const page = await signIn(browser, portal, 'alice');
    await expect(
      page.getByRole('link', { name: 'alpha (Munich 1)' }),
    ).toBeVisible();
    await expect(
      page.getByRole('link', { name: 'beta (Munich 1)' }),
    ).toHaveCount(0);
    await page.goto(
      `${portal.portalUrl}/catalog/default/resource/muc-1.beta/storage`,
    );
    await expect(page.getByText('Entity not found')).toBeVisible();

    const authorization = page
      .waitForRequest(request =>
        request.url().includes('/api/tenant-storage/v1/'),
      )
      .then(request => request.headerValue('authorization'));
    await page.goto(
      `${portal.portalUrl}/catalog/default/resource/muc-1.alpha/storage`,
    );
    const token = await authorization;
    expect(token).toMatch(/^Bearer /);
    const ask = async (path: string) => {
      const response = await fetch(
        `${portal.portalUrl}/api/tenant-storage/v1/under-clusters/${path}`,
        { headers: { authorization: token! } },
      );
      const { error } = await response.json();
      return { status: response.status, error };
    };
    expect(
      (await fetch(`${portal.portalUrl}/api/tenant-storage/v1/tenants`)).status,
    ).toBe(401);
    for (const rest of ['', '/volumes']) {
      const others = await ask(`muc-1/tenants/beta${rest}`);
      const nobodys = await ask(`muc-1/tenants/nowhere${rest}`);
      const elsewhere = await ask(`nowhere/tenants/beta${rest}`);
      expect(others.status).toBe(404);
      expect(JSON.stringify(nobodys)).toBe(
        JSON.stringify(others).replaceAll('beta', 'nowhere'),
      );
      expect(elsewhere.status).toBe(404);
    }
    await page.context().close();
  });

  test('a platform engineer sees the tenants of everybody', async ({
    portal,
    browser,
  }) => {
    const page = await signIn(browser, portal, 'petra');
    for (const title of [
      'alpha (Munich 1)',
      'beta (Munich 1)',
      'alpha-dr (Frankfurt 2)',
    ]) {
      await expect(page.getByRole('link', { name: title })).toBeVisible();
    }
    await openStorageTab(page, 'beta (Munich 1)');
    await expect(page.getByText('Storage of beta on Munich 1')).toBeVisible();
    await page.context().close();
  });

  test('while an under cluster can not be reached the page keeps what it knew and says so, and it recovers', async ({
    portal,
    browser,
  }) => {
    test.skip(
      process.env.UNDER_CLUSTERS === 'kube-apiserver',
      'real API servers of the demo can not be cut off',
    );
    const page = await signIn(browser, portal, 'alice');
    await openStorageTab(page, 'alpha (Munich 1)');
    const usage = await usageOfAlpha(portal);
    await portal.setReachable('muc-1', false);
    try {
      await expect(page.getByText(/^Shown as it was /)).toBeVisible({
        timeout: 60_000,
      });
      await expect(page.getByText(usage).first()).toBeVisible();
    } finally {
      await portal.setReachable('muc-1', true);
    }
    await expect(page.getByText('Live').first()).toBeVisible({
      timeout: 90_000,
    });
    await page.context().close();
  });
});
