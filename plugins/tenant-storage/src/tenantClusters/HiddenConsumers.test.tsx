import { renderInTestApp } from '@backstage/frontend-test-utils';
import { screen } from '@testing-library/react';
import { gi, tenantCases } from '../../dev/tenants';
import { HiddenConsumers } from './HiddenConsumers';

describe('What takes of the quota besides volumes', () => {
  it('is shown with its size, and one that is not known as unknown, never as zero', async () => {
    const { tenant } = tenantCases().alpha;
    renderInTestApp(
      <HiddenConsumers
        tenant={{
          ...tenant,
          hiddenConsumers: [
            {
              purpose: 'populating',
              charged: gi(2),
              volumes: 1,
              explanation: 'Second copies.',
            },
            {
              purpose: 'vmDisk',
              charged: null,
              volumes: 3,
              explanation: 'Disks of the worker machines.',
            },
          ],
        }}
      />,
    );
    const [populating, vmDisk] = (await screen.findAllByRole('term')).map(
      ({ textContent }) => textContent,
    );
    expect(populating).toContain('2 Gi');
    expect(vmDisk).toMatch(/unknown/i);
    expect(vmDisk).not.toMatch(/\b0\b/);
  });
});
