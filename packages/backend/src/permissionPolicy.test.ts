import { AuthorizeResult } from '@backstage/plugin-permission-common';
import type { PolicyQueryUser } from '@backstage/plugin-permission-node';
import {
  taskCancelPermission,
  taskCreatePermission,
  taskReadPermission,
} from '@backstage/plugin-scaffolder-common/alpha';
import { PortalPolicy } from './permissionPolicy';

const policy = new PortalPolicy(['group:default/platform']);

function asking(userEntityRef: string, group: string) {
  const user = {
    info: { userEntityRef, ownershipEntityRefs: [userEntityRef, group] },
  } as PolicyQueryUser;
  return (permission: Parameters<typeof policy.handle>[0]['permission']) =>
    policy.handle({ permission }, user);
}

describe('tasks of the Scaffolder, which tell what tenants ask for', () => {
  it.each([taskReadPermission, taskCancelPermission])(
    'are their own people’s: $name',
    async permission => {
      expect(
        await asking('user:default/bob', 'group:default/beta')(permission),
      ).toMatchObject({
        result: AuthorizeResult.CONDITIONAL,
        conditions: {
          rule: 'IS_TASK_OWNER',
          params: { createdBy: ['user:default/bob'] },
        },
      });
      expect(
        await asking(
          'user:default/petra',
          'group:default/platform',
        )(permission),
      ).toEqual({ result: AuthorizeResult.ALLOW });
    },
  );

  it('may be started by everybody: whether a change may be asked for is another permission', async () => {
    expect(
      await asking(
        'user:default/bob',
        'group:default/beta',
      )(taskCreatePermission),
    ).toEqual({ result: AuthorizeResult.ALLOW });
  });
});
