// <SaywellPlayer> for Vue 3: the element, with its properties and events as props and emits.

import { defineComponent, h, onBeforeUnmount, onMounted, ref, watchEffect } from 'vue';

import '../define.js';

const EVENTS = ['statechange', 'speechstart', 'speechend', 'speecherror', 'choicechange', 'captionchange', 'saywell:listening'];
const SWITCHES = ['continuous', 'prefetch', 'shortcuts', 'icons', 'figures'];

export const SaywellPlayer = defineComponent({
  name: 'SaywellPlayer',
  props: {
    messages: String,
    server: String,
    voice: String,
    provider: String,
    speed: Number,
    captions: [Boolean, String],
    continuous: [Boolean, String],
    conversation: String,
    taps: { type: Boolean, default: true },
    prefetch: Boolean,
    shortcuts: Boolean,
    icons: Boolean,
    figures: Boolean,
    theme: String,
    textOf: Function,
    token: [String, Function],
    strings: Object,
  },
  emits: EVENTS,
  setup(props, { emit, expose }) {
    const element = ref(null);
    const leave = new AbortController();
    expose({ element });
    onMounted(() => {
      const player = element.value;
      for (const type of EVENTS) player.addEventListener(type, (event) => emit(type, event), { signal: leave.signal });
      watchEffect(() => {
        if (props.textOf) player.textOf = props.textOf;
        if (props.token !== undefined) player.token = props.token;
        if (props.strings) player.strings = props.strings;
      });
    });
    onBeforeUnmount(() => leave.abort());
    return () => {
      const { textOf, token, strings, ...attributes } = props;
      for (const name of SWITCHES) attributes[name] = attributes[name] === true ? '' : attributes[name] || undefined;
      attributes.taps = attributes.taps ? undefined : 'off';
      attributes.captions = attributes.captions === true ? '' : attributes.captions || undefined;
      return h('saywell-player', { ...attributes, ref: element });
    };
  },
});
