// The conversation of docs/EMBED.md in a page of its own. The test holds its messages.

import { createRoot } from 'react-dom/client';
import { Conversation } from 'guide:react';

const place = document.querySelector('#conversation');
let root = null;

window.conversation = {
  show(messages) {
    root ??= createRoot(place);
    root.render(<Conversation messages={messages} />);
  },
  leave() {
    root.unmount();
    root = null;
  },
};
