import type { UnderClusterSupplier } from '@kmetal/backstage-plugin-tenant-storage-node';
import { UnderClusterSuppliers } from './underClusterSuppliers';

function supplier(id: string): UnderClusterSupplier {
  return { id, list: async () => [] };
}

describe('Suppliers of under clusters', () => {
  it('come after the configuration, in the order in which they were added', () => {
    const suppliers = new UnderClusterSuppliers();
    suppliers.addSupplier(supplier('catalog'));
    suppliers.addSupplier(supplier('secrets'));
    expect(
      suppliers.with(supplier('configuration')).map(({ id }) => id),
    ).toEqual(['configuration', 'catalog', 'secrets']);
  });

  it.each(['catalog', 'configuration'])(
    'are refused if their id, %s, is taken',
    id => {
      const suppliers = new UnderClusterSuppliers();
      suppliers.addSupplier(supplier('catalog'));
      expect(() => suppliers.addSupplier(supplier(id))).toThrow(
        expect.objectContaining({ name: 'ConflictError' }),
      );
    },
  );
});
