// The conversation of docs/EMBED.md in a page of its own. The test holds its messages.

import { createApp, h, shallowRef } from 'vue';
import Conversation from 'guide:vue';

const messages = shallowRef([]);
let app = null;

window.conversation = {
  show(present) {
    messages.value = present;
    if (app) return;
    app = createApp({ render: () => h(Conversation, { messages: messages.value }) });
    app.mount('#conversation');
  },
  leave() {
    app.unmount();
    app = null;
  },
};
