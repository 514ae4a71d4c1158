import { render, screen } from '@testing-library/react';

describe('the portal', () => {
  it('asks who it is before it shows anything', async () => {
    process.env = {
      NODE_ENV: 'test',
      // eslint-disable-next-line no-restricted-syntax
      APP_CONFIG: [
        {
          context: 'test',
          data: {
            app: { title: 'Portal', baseUrl: 'http://localhost:7007' },
            backend: { baseUrl: 'http://localhost:7007' },
            auth: { environment: 'development' },
          },
        },
      ] as unknown as string,
    };
    const { default: app } = await import('./App');
    render(app.createRoot());
    expect(
      await screen.findByText('Sign in with your account of the Git host'),
    ).toBeInTheDocument();
  });
});
