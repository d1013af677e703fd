{{- define "saywell.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 63 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "saywell.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "saywell.labels" -}}
{{ include "saywell.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "saywell.several" -}}
{{- if or .Values.autoscaling.enabled (gt (int .Values.replicas) 1) }}yes{{ end }}
{{- end }}

{{/* How long a stop takes by the gateway's own settings, and half a minute to write down what is not written yet. */}}
{{- define "saywell.patience" -}}
{{- $delay := dig "TTS_STOP_DELAY_SECONDS" 5 .Values.settings | float64 }}
{{- $timeout := dig "TTS_STOP_TIMEOUT_SECONDS" 30 .Values.settings | float64 }}
{{- $least := addf $delay $timeout | ceil | int }}
{{- $given := int .Values.terminationGracePeriodSeconds }}
{{- if and $given (le $given $least) }}
{{- fail (printf "terminationGracePeriodSeconds is %d: a stop takes up to %d seconds (TTS_STOP_DELAY_SECONDS and TTS_STOP_TIMEOUT_SECONDS), and some more to write down what is not written yet" $given $least) }}
{{- end }}
{{- $given | default (add $least 35) }}
{{- end }}
