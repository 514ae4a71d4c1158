import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

const ONWARD = { name: /^(Next|Review)$/ };

/** Presses the button to the next step of the Scaffolder's form. What is checked then may still be on its way. */
export async function pressNext() {
  const button = await screen.findByRole('button', ONWARD);
  // While the form checks a step, it takes no press.
  await waitFor(() => expect(button).toBeEnabled());
  await userEvent.click(button);
}

/** Goes on to the next step of the Scaffolder's form, and waits until the form has checked whether that is to be. */
export async function next() {
  await pressNext();
  await waitFor(() => {
    const button = screen.queryByRole('button', ONWARD);
    if (button) expect(button).toBeEnabled();
  });
}
